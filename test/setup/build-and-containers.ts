import { prepareContainers } from '../compose/support/prepare-containers.ts';
import { prepare } from './prepare.ts';

/**
 * These tests run the built program against a Docker engine, with the images that docker-compose.yml pins or their
 * stand-ins. Where no engine can be had, the run fails and says why. What this has started it ends.
 */
export const setup = async (): Promise<() => void> => {
  await prepare(['k6', 'compose']);
  return prepareContainers();
};
