import { Database, type DatabaseOptions } from '#persistence';

import { askForPostgres } from './servers/ask.js';
import { createMigratedDatabase, dropDatabase } from './template-database.js';

/** The database of one test file; read it in tests and hooks, not while the file is being loaded. */
export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
}

const SET_UP_WITHIN_MS = 120_000;

/**
 * Gives the file (or describe) that calls it a migrated database of its own, dropped at the end;
 * `MUSTER_TEST_KEEP=1` keeps it and prints its URL, for servers kept by `npm run test:servers`. What realtime does is tested with
 * `pipelined`, as realtime runs.
 */
export function useDatabase({ pipelined = false }: Pick<DatabaseOptions, 'pipelined'> = {}): TestDatabase {
  let opened: { adminUrl: string; url: string; database: Database } | undefined;
  const get = () => opened ?? missing();
  beforeAll(async () => {
    const { url: adminUrl } = await askForPostgres();
    const url = await createMigratedDatabase(adminUrl);
    const database = await Database.connect({ url, poolSize: 10, applicationName: 'muster-test', pipelined });
    opened = { adminUrl, url, database };
  }, SET_UP_WITHIN_MS);
  afterAll(async () => {
    if (opened !== undefined) {
      await opened.database.close();
      await dropOrKeep(opened);
    }
  });
  return {
    get url() {
      return get().url;
    },
    get database() {
      return get().database;
    },
  };
}

async function dropOrKeep({ adminUrl, url }: { adminUrl: string; url: string }): Promise<void> {
  if (process.env['MUSTER_TEST_KEEP'] === '1') {
    console.log(`Kept: ${url}`);
  } else {
    await dropDatabase(adminUrl, url);
  }
}

function missing(): never {
  throw new Error('The test database exists inside tests and hooks only: read it there.');
}
