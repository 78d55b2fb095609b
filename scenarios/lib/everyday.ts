import type { Client } from './request.ts';
import { listProducts, orderIdOf, orderStatus, placeOrder, viewProduct } from './shop.ts';

/** The shop's everyday mix, each request tried once: what the service does is what is seen. */

/** Shares of all requests; the rest (50 %) views a product. Who looks at an order has just placed it. */
const SHARES = { list: 0.15, order: 0.25, status: 0.1 };

/** Requests of an iteration: those that look at an order come on top of the order. */
export const everydayRequests = { mean: 1 / (1 - SHARES.status), most: 2 };

/** What one visitor does. */
export const everydayVisit = ({ send, random }: Client): void => {
  const choice = random() / everydayRequests.mean;
  if (choice < SHARES.list) send(listProducts());
  else if (choice < SHARES.list + SHARES.order) {
    const order = orderIdOf(send(placeOrder(random)).body);
    if (order && random() < SHARES.status / SHARES.order) send(orderStatus(order));
  } else send(viewProduct(random));
};
