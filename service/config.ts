import { z } from 'zod';

export const ROLES = ['api', 'inventory', 'worker'] as const;
export type Role = (typeof ROLES)[number];

const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = (fallback: number, max: number) =>
  z.coerce.number().int().min(1).max(max).default(fallback);
const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1');

const environmentSchema = z
  .object({
    SERVICE_ROLE: z.enum(ROLES),
    /** One replica's name: service.instance.id. instance-id.ts finds one where the environment gives none. */
    SERVICE_INSTANCE_ID: z.string().min(1).max(64),
    HOST: z.string().default('127.0.0.1'),
    PORT: port.default(0),
    /** Beyond loopback only where nobody else reaches it, as in a container whose port is published on loopback. */
    ADMIN_HOST: z.string().default('127.0.0.1'),
    ADMIN_PORT: port.default(0),
    /** Without a token there is no admin API. */
    ADMIN_TOKEN: z.string().min(16).optional(),
    ALLOW_FAULTS_IN_PRODUCTION: flag,
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    INVENTORY_URL: z.url({ protocol: /^https?$/ }).optional(),
    LAB_PROFILE: flag,
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    DB_POOL_MAX: z.coerce.number().int().min(1).max(100).default(10),
    /** Of one attempt. */
    INVENTORY_TIMEOUT_MS: milliseconds(500, 60_000),
    INVENTORY_RETRIES: z.coerce.number().int().min(0).max(10).default(2),
    /** Share of calls that may be retries; no budget where unset. */
    RETRY_BUDGET: z.coerce.number().min(0).max(1).optional(),
    INVENTORY_SLOTS: z.coerce.number().int().min(1).max(64).default(8),
    INVENTORY_QUEUE_MAX: z.coerce.number().int().min(0).max(10_000).default(400),
    /** How long one reservation holds its slot. */
    INVENTORY_WORK_MS: milliseconds(50, 10_000),
    SLOW_REQUEST_MS: milliseconds(400, 60_000),
  })
  .superRefine((value, context) => {
    if (value.SERVICE_ROLE === 'api' && !value.INVENTORY_URL) {
      context.addIssue({ code: 'custom', path: ['INVENTORY_URL'], message: 'the api role needs it' });
    }
  });

export type Config = z.infer<typeof environmentSchema>;

/** An empty variable counts as unset, as shells and compose files write it. */
const withoutEmpty = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));

/**
 * The service's configuration from its environment variables.
 * @throws Error whose message names every violation at once, one a line.
 */
export const readConfig = (environment: NodeJS.ProcessEnv): Config => {
  const parsed = environmentSchema.safeParse(withoutEmpty(environment));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'environment'}: ${issue.message}`,
  );
  throw new Error(`The environment is not valid:\n${lines.join('\n')}`);
};
