import type { Target } from '../contract.ts';
import type { FaultRequest } from '../faults/fault.ts';
import { globPattern } from './glob.ts';

const headerTest = (header: string): ((request: FaultRequest) => boolean) => {
  const at = header.indexOf('=');
  const name = header.slice(0, at).toLowerCase();
  const value = header.slice(at + 1);
  return ({ headers }) => [headers[name]].flat().includes(value);
};

/** Whether a request is one that the target means; the rate plays no part in it. */
export const targetTest = (target: Target): ((request: FaultRequest) => boolean) => {
  const route = target.route === undefined ? null : globPattern(target.route);
  const header = target.header === undefined ? null : headerTest(target.header);
  return (request) =>
    (route === null || route.test(request.route)) &&
    (target.method === undefined || target.method === request.method) &&
    (header === null || header(request));
};
