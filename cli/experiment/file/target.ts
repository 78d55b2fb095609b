import { z } from 'zod';
import { faults } from '../../../service/contract.ts';
import { BACKENDS, backendSchema, namesSchema, SECRET_KEYS } from '../../config/backends-schema.ts';
import { strict } from './values.ts';

/** Roles that faults name as their carriers. */
const ROLES = [...new Set(Object.values(faults).map(({ carrier }) => carrier))];

/** As `strict`; who writes a secret down is told where it belongs. */
const withoutSecrets = <T extends z.ZodRawShape>(shape: T, instead: string) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const isSecret = issue.keys.some((key) => SECRET_KEYS.includes(key));
      return isSecret
        ? `a secret has no place in this file: ${instead}`
        : `there is no such key (there are ${Object.keys(shape).join(', ')})`;
    },
  });

/** Whoever reads the file, the record or a command line sees an address. */
const address = z
  .string()
  .refine((text) => !text.includes('@'), 'must not hold credentials, nor any @')
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be an address such as http://127.0.0.1:3000',
  )
  .refine(
    (text) => !URL.canParse(text) || !(new URL(text).search || new URL(text).hash),
    'must not have a query or a fragment',
  );

const backendsOf = Object.fromEntries(
  BACKENDS.map((name) => [
    name,
    withoutSecrets(
      { ...backendSchema.shape, url: address.optional() },
      `put it into the environment (OBSCTL_${name.toUpperCase()}_TOKEN, or _USERNAME and _PASSWORD), or name the file that holds it with tokenFile or passwordFile`,
    ).optional(),
  ]),
) as Record<(typeof BACKENDS)[number], z.ZodOptional<typeof backendSchema>>;

const telemetry = strict({
  ...backendsOf,
  names: strict(namesSchema.shape)
    .optional()
    .describe('what it calls its metrics and labels; as `names` of obsctl.yaml'),
});

const replica = withoutSecrets(
  {
    replica: z.string().min(1).describe('what its plugin was told as `instance`, e.g. todo-1'),
    service: z.string().min(1).optional().describe('its service.name; that of the entry where absent'),
    role: z
      .enum(ROLES as [(typeof ROLES)[number]])
      .default('api')
      .describe('what its plugin was told as `role`: which faults it can carry'),
    adminUrl: address.describe('where the admin API of its plugin answers'),
    tokenVariable: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
      .optional()
      .describe('the environment variable that holds the bearer token of its admin API'),
    tokenFile: z.string().min(1).optional().describe('or the file that holds it, a path from here'),
  },
  'name the environment variable that holds it with tokenVariable, or the file with tokenFile',
).superRefine(({ tokenVariable, tokenFile }, context) => {
  if ((tokenVariable === undefined) === (tokenFile === undefined))
    context.addIssue({ code: 'custom', message: 'tokenVariable or tokenFile is needed, one of them' });
});

/** A system that obsctl did not start: it is driven, broken by its own plugin and looked at, never started or ended. */
export const targetSchema = strict({
  baseUrl: address.describe(
    'what k6 drives (BASE_URL); a host that is not this machine takes `--remote HOST` too',
  ),
  service: z.string().min(1).describe('service.name of the service that answers there'),
  otlpUrl: address
    .optional()
    .describe("OTLP/HTTP base address that takes the spans of k6's own requests; none are sent where absent"),
  telemetry: telemetry
    .prefault({})
    .describe('Prometheus, Loki and Tempo; secrets and what is left out as for `obsctl report --since`'),
  replicas: z
    .array(replica)
    .max(50)
    .default([])
    .describe("those that carry obsctl's Fastify plugin; without any of them nothing can be broken"),
});
export type TargetSection = z.infer<typeof targetSchema>;
