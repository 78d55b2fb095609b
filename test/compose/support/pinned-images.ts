import { readFileSync } from 'node:fs';
import { execa } from 'execa';

interface ComposeFile {
  services: Record<string, { image: string }>;
}

/** Variables that docker-compose.yml asks for; their values do not matter where nothing is started. */
const required = (): Record<string, string> =>
  Object.fromEntries(
    [...readFileSync('docker-compose.yml', 'utf8').matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => [
      name!,
      'unused',
    ]),
  );

/** The image that docker-compose.yml pins for each service, of every profile. */
export const pinnedImages = async (): Promise<Record<string, string>> => {
  const { stdout } = await execa('docker', ['compose', '--profile', '*', 'config', '--format', 'json'], {
    env: required(),
  });
  const { services } = JSON.parse(stdout) as ComposeFile;
  return Object.fromEntries(Object.entries(services).map(([name, { image }]) => [name, image]));
};
