import { openModel } from './lib/model.ts';
import { clientWith } from './lib/request.ts';
import { bestsellers, viewProduct } from './lib/shop.ts';

/** A hot key: nearly everybody asks for the bestsellers, which the database can bear only because a cache answers. */

const patience = { attempts: 1, timeout: 2, backoff: 0 };

const BESTSELLERS_SHARE = 0.8;

export const options = openModel(
  'cache-stampede',
  { rate: 40, duration: 60, requests: { mean: 1, most: 1 } },
  patience,
  { logical_request_failed: ['rate<0.05'], logical_request_duration: ['p(95)<1000'] },
);

export default function cacheStampede() {
  const { send, random } = clientWith(patience);
  send(random() < BESTSELLERS_SHARE ? bestsellers() : viewProduct(random));
}
