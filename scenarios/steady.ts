import { openModel } from './lib/model.ts';
import { clientWith } from './lib/request.ts';
import { listProducts, orderIdOf, orderStatus, placeOrder, viewProduct } from './lib/shop.ts';

/** The shop's everyday mix at a constant rate, each request tried once: what the service does is what is seen. */

const patience = { attempts: 1, timeout: 2, backoff: 0 };

/** Shares of all requests; the rest (50 %) views a product. Who looks at an order has just placed it. */
const SHARES = { list: 0.15, order: 0.25, status: 0.1 };

/** Requests of an iteration on average: those that look at an order come on top of the order. */
const REQUESTS = 1 / (1 - SHARES.status);

export const options = openModel(
  'steady',
  { rate: 20, duration: 60, requests: { mean: REQUESTS, most: 2 } },
  patience,
  { logical_request_failed: ['rate<0.05'], logical_request_duration: ['p(95)<1000'] },
);

export default function steady() {
  const { send, random } = clientWith(patience);
  const choice = random() / REQUESTS;
  if (choice < SHARES.list) send(listProducts());
  else if (choice < SHARES.list + SHARES.order) {
    const order = orderIdOf(send(placeOrder(random)).body);
    if (order && random() < SHARES.status / SHARES.order) send(orderStatus(order));
  } else send(viewProduct(random));
}
