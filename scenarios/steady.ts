import { openModel } from './lib/model.ts';
import { randomOfIteration, send } from './lib/request.ts';
import { listProducts, orderIdOf, orderStatus, placeOrder, viewProduct } from './lib/shop.ts';

/** The shop's everyday mix at a constant rate, each request tried once: what the service does is what is seen. */

const patience = { attempts: 1, timeout: 2, backoff: 0 };

export const options = openModel('steady', { rate: 20, duration: 60 }, patience, {
  logical_request_failed: ['rate<0.05'],
  logical_request_duration: ['p(95)<1000'],
});

/** Shares of the mix; the rest (50 %) views a product. */
const LIST = 0.15;
const ORDER = 0.25;
const STATUS = 0.1;

let lastOrder: string | null = null;

export default function steady() {
  const random = randomOfIteration();
  const choice = random();
  if (choice < LIST) send(listProducts(), patience, random);
  else if (choice < LIST + ORDER)
    lastOrder = orderIdOf(send(placeOrder(random), patience, random).body) ?? lastOrder;
  else if (choice < LIST + ORDER + STATUS && lastOrder) send(orderStatus(lastOrder), patience, random);
  else send(viewProduct(random), patience, random);
}
