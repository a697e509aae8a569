import { execFileSync } from 'node:child_process';

/** How to run a program that refuses to run as root. */
export interface Unprivileged {
  /** Owner for the program's files; undefined when we are not root and simply run it. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  wrap(command: string, args: readonly string[]): { command: string; args: readonly string[] };
}

const CANDIDATES = ['postgres', 'nobody'];
const KEEP_PASSING_DIRECTORIES = [
  '--securebits=+no_setuid_fixup',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
];

/**
 * As root, PostgreSQL runs as user postgres or nobody. It keeps the right to pass directories (CAP_DAC_OVERRIDE), because a
 * clone below /root or in a `mktemp -d` is closed to every other user; no_setuid_fixup makes access(2), by which initdb looks
 * at its binaries, respect that right.
 * @throws when we are root and there is no way to give that up
 */
export function unprivileged(): Unprivileged {
  if (process.getuid?.() !== 0) {
    return { wrap: (command, args) => ({ command, args }) };
  }
  const owner = CANDIDATES.map(idsOf).find((ids) => ids !== undefined);
  if (owner === undefined || !hasSetpriv()) {
    throw new Error(
      'PostgreSQL does not run as root, and this machine has no user postgres or nobody, or no setpriv (apt-get install util-linux). Run as another user, or set DATABASE_URL.',
    );
  }
  const flags = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', ...KEEP_PASSING_DIRECTORIES];
  return {
    owner,
    wrap: (command, args) => ({
      command: 'setpriv',
      args: [...flags, command, ...args],
    }),
  };
}

function idsOf(user: string): { uid: number; gid: number } | undefined {
  try {
    return { uid: Number(run('id', ['-u', user])), gid: Number(run('id', ['-g', user])) };
  } catch {
    return undefined;
  }
}

function hasSetpriv(): boolean {
  try {
    run('setpriv', ['--version']);
    return true;
  } catch {
    return false;
  }
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
