import { z } from 'zod';
import { PROXIED } from '../../stack/local/toxiproxy.ts';

/** Parameter of both network faults. */
export const dependency = z.enum(PROXIED).default('postgresql').describe('whose network: what api talks to');

/** Ground truth of a network fault: the way from api to what it was set to. */
export const networkLabel = (of: string) => ({
  service: 'api',
  dependency: of,
  operation: 'connect',
  kind: 'network',
});
