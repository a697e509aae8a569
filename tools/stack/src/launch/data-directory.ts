import { linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { endOrphan, readPidFile, writePidFile } from '../embedded/index.js';

/** Another launcher holds the data directory. */
export class DataDirectoryInUseError extends Error {
  constructor(directory: string, pid: number) {
    super(
      `Another launcher (pid ${pid}) already runs on ${directory}. Stop it, or set MUSTER_DATA_DIR to another directory.`,
    );
    this.name = 'DataDirectoryInUseError';
  }
}

const ORPHAN_GRACE_MS = 5_000;

/** The paths of a stack. One launcher at a time holds it. */
export class DataDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get connectionFile(): string {
    return join(this.path, 'connection.json');
  }

  get postgres(): string {
    return join(this.path, 'postgres');
  }

  get kafka(): string {
    return join(this.path, 'kafka');
  }

  pidFileOf(service: string): string {
    return join(this.services, `${service}.pid.json`);
  }

  /** Takes the directory for this process. @throws DataDirectoryInUseError */
  lock(): void {
    mkdirSync(this.path, { recursive: true });
    while (!this.createLock()) {
      const holder = readPidFile(this.lockFile);
      if (holder !== undefined) {
        throw new DataDirectoryInUseError(this.path, holder.pid);
      }
      rmSync(this.lockFile, { force: true });
    }
  }

  unlock(): void {
    rmSync(this.lockFile, { force: true });
  }

  /** Clears what a killed launcher left: a connection.json that promises too much, and services without a master. */
  async recover(): Promise<void> {
    rmSync(this.connectionFile, { force: true });
    mkdirSync(this.services, { recursive: true });
    const files = readdirSync(this.services);
    await Promise.all(files.map((file) => endOrphan(join(this.services, file), 'SIGTERM', ORPHAN_GRACE_MS)));
  }

  /** Ends embedded servers that were being started when the stop came. */
  async endServers(graceMs: number): Promise<void> {
    await Promise.all([
      endOrphan(join(this.kafka, 'kafka.pid.json'), 'SIGTERM', graceMs),
      endOrphan(join(this.postgres, 'postgres.pid.json'), 'SIGINT', graceMs),
    ]);
  }

  private get services(): string {
    return join(this.path, 'services');
  }

  private get lockFile(): string {
    return join(this.path, 'launcher.pid.json');
  }

  private createLock(): boolean {
    const own = `${this.lockFile}.${process.pid}`;
    writePidFile(own, process.pid);
    try {
      // Linking makes the lock appear with its content; a reader of an empty one would take it for stale.
      linkSync(own, this.lockFile);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        return false;
      }
      throw error;
    } finally {
      rmSync(own, { force: true });
    }
  }
}
