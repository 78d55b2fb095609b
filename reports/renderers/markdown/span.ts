import type { SpanRef } from '../../record/findings.ts';
import { code } from '../text.ts';

/** A span in running text: what it is, whose it is, and whom it called. */
export const spanText = ({ service, name, kind, peer }: SpanRef): string => {
  const call = kind === 'client' && peer !== null ? `, calling ${code(peer)}` : '';
  return `${code(name)} in ${code(service)}${call}`;
};
