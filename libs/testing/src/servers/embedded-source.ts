import { join } from 'node:path';

import {
  type EmbeddedKafka,
  type EmbeddedPostgres,
  REPOSITORY_ROOT,
  startKafka,
  startPostgres,
} from '../../../../tools/stack/src/embedded/index.js';
import { closeRunDirectory } from './run-directory.js';
import type { ServerSource } from './server-source.js';

/** The servers of `npm start`, in a directory of the run; a power cut may lose everything. */
export function embeddedSource(directory: string): ServerSource {
  let postgres: Promise<EmbeddedPostgres> | undefined;
  let kafka: Promise<EmbeddedKafka> | undefined;
  return {
    async postgres() {
      postgres ??= startPostgres({ directory: join(directory, 'postgres'), durable: false });
      return (await postgres).urlOf('postgres');
    },
    async kafka() {
      kafka ??= startKafka({ directory: join(directory, 'kafka'), cacheDirectory: cacheDirectory() });
      return [(await kafka).broker];
    },
    async stop() {
      await Promise.allSettled([kafka, postgres].map(async (server) => (await server)?.stop()));
      await closeRunDirectory(directory);
    },
  };
}

function cacheDirectory(): string {
  return process.env['MUSTER_CACHE_DIR'] ?? join(REPOSITORY_ROOT, '.muster-cache');
}
