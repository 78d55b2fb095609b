import { connect } from 'node:net';
import { messageOf } from '../../shared/errors.ts';

/** Longest wait for a connection, milliseconds. */
const TIMEOUT_MS = 3000;

/** Of a URL the host without the brackets of IPv6, and the port, also where it is the scheme's own. */
const placeOf = (address: string): { host: string; port: number } => {
  const { hostname, port, protocol } = new URL(address);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
  };
};

/** Whether anybody listens at the address: null, or why not. No request is made: it would stand in the telemetry. */
export const reachTrouble = (address: string): Promise<string | null> =>
  new Promise((resolve) => {
    const socket = connect({ ...placeOf(address), timeout: TIMEOUT_MS });
    const answer = (text: string | null) => {
      socket.destroy();
      resolve(text);
    };
    socket.once('connect', () => answer(null));
    socket.once('timeout', () => answer('does not answer'));
    socket.once('error', (error) => answer(`does not answer: ${messageOf(error)}`));
  });
