import { sleep } from 'k6';
import exec from 'k6/execution';
import { closedModel } from './lib/model.ts';
import { clientWith } from './lib/request.ts';
import { listProducts, orderIdOf, orderStatus, placeOrder, viewProduct } from './lib/shop.ts';

/** Two users walk every path of the shop in turn: does it work at all? */

const patience = { attempts: 1, timeout: 2, backoff: 0 };
const PAUSE_SECONDS = 0.2;

export const options = closedModel('smoke', { vus: 2, duration: 10 }, patience, {
  logical_request_failed: ['rate<0.01'],
  logical_request_duration: ['p(95)<1000'],
});

let lastOrder: string | null = null;

export default function smoke() {
  const { send, random } = clientWith(patience);
  const turn = exec.vu.iterationInScenario % 4;
  if (turn === 0) send(listProducts());
  else if (turn === 1) send(viewProduct(random));
  else if (turn === 2) lastOrder = orderIdOf(send(placeOrder(random)).body);
  else send(lastOrder ? orderStatus(lastOrder) : viewProduct(random));
  sleep(PAUSE_SECONDS);
}
