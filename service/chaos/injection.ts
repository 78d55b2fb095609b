import type { z } from 'zod';
import { type InjectRequest, injectRequestSchema } from '../contract.ts';
import type { FaultDefinition } from '../faults/fault.ts';
import { type Aim, refusedAims } from './aim.ts';

/** A request that the carrier turns down, with every reason at once. */
export class FaultRefusedError extends Error {
  readonly statusCode: number;
  readonly details: string[];

  constructor(statusCode: number, details: string[]) {
    super(details.join('; '));
    this.name = 'FaultRefusedError';
    this.statusCode = statusCode;
    this.details = details;
  }
}

/** One line per violation: the path, then what is wrong with it. */
export const issueLines = (error: z.ZodError, prefix: string[] = []): string[] =>
  error.issues.map((issue) => `${[...prefix, ...issue.path].join('.') || 'body'}: ${issue.message}`);

export interface Injection {
  request: InjectRequest;
  definition: FaultDefinition;
  parameters: Record<string, unknown>;
}

const field = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;

const faultIssues = (name: unknown, definition: FaultDefinition | undefined, role: string): string[] => {
  if (typeof name !== 'string') return [];
  if (!definition) return [`fault: no fault is called ${JSON.stringify(name)}`];
  return definition.carrier === role
    ? []
    : [`fault: ${name} is carried by ${definition.carrier}, not by ${role}`];
};

/** The fault's own rate where the request names none. */
const withDefaultRate = (body: unknown, definition: FaultDefinition | undefined): unknown => {
  const target = field(body, 'target') ?? {};
  if (!definition || typeof body !== 'object' || typeof target !== 'object') return body;
  return { ...body, target: { rate: definition.defaultRate ?? 1, ...target } };
};

const aimIssues = (definition: FaultDefinition | undefined, body: unknown): string[] => {
  const target = field(body, 'target');
  if (!definition || typeof target !== 'object' || target === null) return [];
  return refusedAims(definition, target as Partial<Record<Aim, unknown>>).map(
    ({ aim, why }) => `target.${aim}: ${why}`,
  );
};

/**
 * Checks a request to inject against the contract and the fault's own parameters.
 * @throws FaultRefusedError (400) with every violation at once.
 */
export const parseInjection = (
  body: unknown,
  faults: Record<string, FaultDefinition>,
  role: string,
): Injection => {
  const name = field(body, 'fault');
  const definition = typeof name === 'string' && Object.hasOwn(faults, name) ? faults[name] : undefined;
  const request = injectRequestSchema.safeParse(withDefaultRate(body, definition));
  const parameters = definition?.parameters.safeParse(field(body, 'parameters') ?? {});
  const issues = [
    ...(request.error ? issueLines(request.error) : []),
    ...faultIssues(name, definition, role),
    ...aimIssues(definition, body),
    ...(parameters?.error ? issueLines(parameters.error, ['parameters']) : []),
  ];
  if (issues.length > 0 || !request.success || !definition || !parameters?.success) {
    throw new FaultRefusedError(400, [...new Set(issues)]);
  }
  return { request: request.data, definition, parameters: parameters.data };
};
