import { fork } from 'node:child_process';
import { join } from 'node:path';

import { REPOSITORY_ROOT } from '../embedded/index.js';
import type { Printer } from './printer.js';

/** A step ended badly; what it printed says why. */
export class StepFailedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StepFailedError';
  }
}

/**
 * Runs a step of the start in a process that ends with it, so that the launcher itself stays small.
 * An abort kills it: every step may be repeated.
 * @param file below dist/tools/stack/src @returns what the step sent as its result
 */
export function runStep<T>(
  name: string,
  file: string,
  options: { readonly env: NodeJS.ProcessEnv; readonly printer: Printer; readonly signal: AbortSignal },
): Promise<T> {
  const { env, printer, signal } = options;
  const child = fork(join(REPOSITORY_ROOT, 'dist/tools/stack/src', file), {
    env,
    signal,
    killSignal: 'SIGKILL',
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  printer.follow(name, child);
  return new Promise((resolve, reject) => {
    let result: T | undefined;
    child.on('message', (message) => {
      result = message as T;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 && result !== undefined) {
        resolve(result);
      } else {
        reject(new StepFailedError(`${name} failed (code ${code ?? 'none'}); its lines above say why.`));
      }
    });
  });
}
