import { everydayRequests, everydayVisit } from './lib/everyday.ts';
import { openModel } from './lib/model.ts';
import { clientWith } from './lib/request.ts';

/** The everyday mix with a sudden crowd: five times the rate in the middle fifth, then the old rate again. */

const patience = { attempts: 1, timeout: 2, backoff: 0 };

export const options = openModel(
  'spike',
  {
    rate: 20,
    duration: 60,
    requests: everydayRequests,
    steps: [
      { share: 0.4, times: 1 },
      { share: 0.2, times: 5 },
      { share: 0.4, times: 1 },
    ],
  },
  patience,
  { logical_request_failed: ['rate<0.1'] },
);

export default function spike() {
  everydayVisit(clientWith(patience));
}
