import { z } from 'zod';

const portSchema = z.object({
  target: z.number(),
  /** Empty or absent: the engine chooses. */
  published: z.union([z.string(), z.number()]).transform(String).optional(),
});

const serviceSchema = z.object({
  image: z.string(),
  build: z.unknown().optional(),
  ports: z.array(portSchema).default([]),
  restart: z.string().optional(),
});
export type ComposeService = z.infer<typeof serviceSchema>;

/** docker-compose.yml with every variable filled in: only the services of the profile. */
export const composeConfigSchema = z.object({ services: z.record(z.string(), serviceSchema) });
export type ComposeConfig = z.infer<typeof composeConfigSchema>;

/** It does its work and leaves: it is not started again, and its end is no failure. */
export const isJob = ({ restart }: ComposeService): boolean => restart === undefined || restart === 'no';

/** Services whose image is not made by their own name. */
const VARIABLES: Record<string, string> = {
  api: 'SERVICE_IMAGE',
  inventory: 'SERVICE_IMAGE',
  worker: 'SERVICE_IMAGE',
  'minio-init': 'SERVICE_IMAGE',
  'volume-init': 'SERVICE_IMAGE',
};

/** The variable that names another image for the service. */
export const imageVariable = (service: string): string =>
  VARIABLES[service] ?? `${service.toUpperCase().replaceAll('-', '_')}_IMAGE`;
