import { everydayRequests, everydayVisit } from './lib/everyday.ts';
import { openModel } from './lib/model.ts';
import { clientWith } from './lib/request.ts';

/** The everyday mix in eight steps up to eight times the rate: where does the shop stop keeping up? */

const STEPS = 8;

/** Short, so that few users are enough for the last step. */
const patience = { attempts: 1, timeout: 1, backoff: 0 };

export const options = openModel(
  'stress',
  {
    rate: 40,
    duration: 80,
    requests: everydayRequests,
    steps: Array.from({ length: STEPS }, (_, step) => ({ share: 1 / STEPS, times: step + 1 })),
  },
  patience,
  { logical_request_failed: ['rate<0.05'] },
);

export default function stress() {
  everydayVisit(clientWith(patience));
}
