import { everydayRequests, everydayVisit } from './lib/everyday.ts';
import { openModel } from './lib/model.ts';
import { clientWith } from './lib/request.ts';

/** The shop's everyday mix at a constant rate. */

const patience = { attempts: 1, timeout: 2, backoff: 0 };

export const options = openModel('steady', { rate: 20, duration: 60, requests: everydayRequests }, patience, {
  logical_request_failed: ['rate<0.05'],
  logical_request_duration: ['p(95)<1000'],
});

export default function steady() {
  everydayVisit(clientWith(patience));
}
