import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '../..');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/** Installs the pinned schemathesis into a virtual environment under .muster-cache, once for each list of pins. @returns its program */
export async function installSchemathesis(): Promise<string> {
  const pins = createHash('sha1')
    .update(await readFile(REQUIREMENTS))
    .digest('hex')
    .slice(0, 12);
  const directory = join(ROOT, '.muster-cache', `schemathesis-${pins}`);
  const finished = join(directory, 'requirements.txt');
  if (!existsSync(finished)) {
    await rm(directory, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', directory]);
    await run(join(directory, 'bin/pip'), ['install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS]);
    await copyFile(REQUIREMENTS, finished);
  }
  return join(directory, 'bin/st');
}
