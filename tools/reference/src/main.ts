import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { referenceFiles } from './reference-files.js';

/** `npm run generate`: writes docs/reference from the code. Run from the root of the repository. */
const root = process.cwd();
for (const [path, text] of await referenceFiles(root)) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  console.log(path);
}
