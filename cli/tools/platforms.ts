const SYSTEMS: Record<string, string> = { linux: 'linux', darwin: 'darwin' };
const PROCESSORS: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** Go's names for a platform and architecture of Node's, or null where obsctl does not run. */
export const goPlatform = (platform: string, arch: string): { system: string; processor: string } | null => {
  const system = SYSTEMS[platform];
  const processor = PROCESSORS[arch];
  return system && processor ? { system, processor } : null;
};
