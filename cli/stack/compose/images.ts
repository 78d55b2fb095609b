import type Docker from 'dockerode';
import { messageOf, ObsctlError } from '../../shared/errors.ts';
import { chunks } from '../../shared/lists.ts';
import { type ComposeConfig, imageVariable } from './compose-config.ts';

/** How many are fetched at once. */
const AT_ONCE = 4;

export interface MissingImage {
  image: string;
  /** Those that run on it. */
  services: string[];
  /** The one that says how it is built; null where it is pulled. */
  builder: string | null;
}

export interface ImageSource {
  pull(service: string): Promise<void>;
  build(service: string): Promise<void>;
}

/** The engine has no such image, or its name is none: pulling it says what is wrong with it. */
const isNoImage = (error: unknown): boolean => {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  return statusCode === 404 || statusCode === 400 || code === 'ERR_UNESCAPED_CHARACTERS';
};

const isThere = async (engine: Docker, image: string): Promise<boolean> => {
  try {
    await engine.getImage(image).inspect();
    return true;
  } catch (error) {
    if (isNoImage(error)) return false;
    throw error;
  }
};

/** The images of the services that the engine does not have. */
export const missingImages = async (engine: Docker, { services }: ComposeConfig): Promise<MissingImage[]> => {
  const all = Object.entries(services).map(([name, service]) => ({ name, ...service }));
  const images = await Promise.all(
    [...new Set(all.map(({ image }) => image))].map(async (image) => {
      if (await isThere(engine, image)) return undefined;
      const users = all.filter((service) => service.image === image);
      const builder = users.find(({ build }) => build !== undefined)?.name ?? null;
      return { image, services: users.map(({ name }) => name), builder };
    }),
  );
  return images.filter((image) => image !== undefined);
};

/** Undefined once the engine has it, else why it cannot be had. */
const fetchOne = async (
  { image, services, builder }: MissingImage,
  source: ImageSource,
): Promise<string | undefined> => {
  try {
    await (builder === null ? source.pull(services[0]!) : source.build(builder));
    return undefined;
  } catch (error) {
    const what = builder === null ? 'cannot be pulled' : 'cannot be built';
    const said = messageOf(error).split('\n').join(' / ');
    const variable = imageVariable(builder ?? services[0]!);
    return `${image} (for ${services.join(', ')}) ${what}: ${said}. Another one: ${variable}`;
  }
};

/**
 * Pulls or builds them. `onFetched` is told of each that is there. Throws IMAGE_UNAVAILABLE naming every one that cannot
 * be had, and the variable that names another.
 */
export const fetchImages = async (
  missing: MissingImage[],
  source: ImageSource,
  onFetched: (image: MissingImage) => void,
): Promise<void> => {
  const problems: string[] = [];
  for (const some of chunks(missing, AT_ONCE))
    await Promise.all(
      some.map(async (image) => {
        const problem = await fetchOne(image, source);
        if (problem) problems.push(problem);
        else onFetched(image);
      }),
    );
  if (problems.length === 0) return;
  const count = problems.length === 1 ? 'An image' : `${problems.length} images`;
  throw new ObsctlError('IMAGE_UNAVAILABLE', `${count} of the stack cannot be had.`, { details: problems });
};
