import { everydayRequests, everydayVisit } from './lib/everyday.ts';
import { openModel } from './lib/model.ts';
import { clientWith } from './lib/request.ts';

/** The everyday mix at a moderate rate for long: what grows slowly (heap, queues, connections) shows. */

const patience = { attempts: 1, timeout: 2, backoff: 0 };

export const options = openModel('soak', { rate: 15, duration: 600, requests: everydayRequests }, patience, {
  logical_request_failed: ['rate<0.01'],
  logical_request_duration: ['p(95)<500'],
});

export default function soak() {
  everydayVisit(clientWith(patience));
}
