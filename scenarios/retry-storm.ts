import { openModel } from './lib/model.ts';
import { clientWith } from './lib/request.ts';
import { placeOrder } from './lib/shop.ts';

/** Orders from impatient clients: short time-outs and up to three attempts, whatever that does to the server. */

const patience = { attempts: 3, timeout: 1.5, backoff: 0.1 };

export const options = openModel(
  'retry-storm',
  { rate: 15, duration: 60, requests: { mean: 1, most: 1 } },
  patience,
  { logical_request_failed: ['rate<0.05'], logical_request_duration: ['p(95)<1500'] },
);

export default function retryStorm() {
  const { send, random } = clientWith(patience);
  send(placeOrder(random));
}
