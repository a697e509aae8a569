import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of package.json: the code runs from the sources (tests) and from dist (everything else). */
export const REPOSITORY_ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) {
    return directory;
  }
  const parent = dirname(directory);
  if (parent === directory) {
    throw new Error('No package.json above this file: run Muster from its repository.');
  }
  return findRoot(parent);
}
