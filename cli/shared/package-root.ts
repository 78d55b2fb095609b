import { existsSync, readFileSync } from 'node:fs';

const isRoot = (folder: URL): boolean => {
  const file = new URL('package.json', folder);
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'obsctl';
};

/** The folder of the package, as a URL with a closing slash: from a checkout and from dist/ alike. */
export const packageRoot = (): URL => {
  let folder = new URL('.', import.meta.url);
  while (!isRoot(folder)) {
    const parent = new URL('..', folder);
    if (parent.href === folder.href) throw new Error('the package folder of obsctl was not found');
    folder = parent;
  }
  return folder;
};
