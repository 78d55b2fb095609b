import { z } from 'zod';

export const BACKENDS = ['prometheus', 'loki', 'tempo'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** What obsctl.yaml may say of one back end: no secret, only the names of files that hold one. */
export const backendSchema = z.strictObject({
  url: z.string().min(1).optional(),
  username: z.string().min(1).optional(),
  passwordFile: z.string().min(1).optional(),
  /** Holds a bearer token. */
  tokenFile: z.string().min(1).optional(),
  /** `X-Scope-OrgID`. */
  tenant: z.string().min(1).optional(),
  /** Custom headers that are no secret; secret ones come from the environment. */
  headers: z.record(z.string(), z.string()).optional(),
  /** PEM of a private certificate authority. */
  caFile: z.string().min(1).optional(),
});
export type BackendConfig = z.infer<typeof backendSchema>;
export const BACKEND_KEYS = Object.keys(backendSchema.shape);

/** Keys by which people would write a secret into the file. */
export const SECRET_KEYS = ['password', 'token', 'bearer', 'basic', 'secret', 'apiKey'];

export const backendsSchema = z.strictObject({
  prometheus: backendSchema.optional(),
  loki: backendSchema.optional(),
  tempo: backendSchema.optional(),
});

/** Prefix of a back end's environment variables: OBSCTL_PROMETHEUS_. */
export const prefixOf = (name: string): string => `OBSCTL_${name.toUpperCase()}_`;

/** The variables that hold a back end's secrets, for messages. */
export const variablesOf = (name: string): string =>
  `${prefixOf(name)}TOKEN or ${prefixOf(name)}USERNAME and ${prefixOf(name)}PASSWORD`;

/** Names go into queries: as Prometheus and Loki write metrics and labels, nothing else. */
const metricOrLabel = z
  .string()
  .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, 'must be a name of a metric or a label as Prometheus writes it');
const names = z.union([metricOrLabel, z.array(metricOrLabel).min(1)]).transform((one) => [one].flat());

/** Which names a system uses; of several the first that is there wins. */
export const namesSchema = z.strictObject({
  serverDuration: names.optional(),
  service: names.optional(),
  instance: names.optional(),
  route: names.optional(),
  method: names.optional(),
  status: names.optional(),
  lokiService: names.optional(),
});
export const NAME_KEYS = Object.keys(namesSchema.shape);
