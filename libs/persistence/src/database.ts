import type { Pool, PoolClient } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

import { ENTITIES } from './entities/index.js';
import { CreateSchema1764000000000 } from './migrations/1764000000000-create-schema.js';
import { AddFilterLanguage1764100000000 } from './migrations/1764100000000-add-filter-language.js';
import { AddCohortApi1764300000000 } from './migrations/1764300000000-add-cohort-api.js';
import { AddCalculationLife1764400000000 } from './migrations/1764400000000-add-calculation-life.js';
import { AddCsvImports1764500000000 } from './migrations/1764500000000-add-csv-imports.js';
import { AddLiveCohorts1764600000000 } from './migrations/1764600000000-add-live-cohorts.js';
import { AddFeatureFlags1764700000000 } from './migrations/1764700000000-add-feature-flags.js';
import { AddSizeLimit1764800000000 } from './migrations/1764800000000-add-size-limit.js';
import { AddFlippedMembers1764900000000 } from './migrations/1764900000000-add-flipped-members.js';

export interface DatabaseOptions {
  readonly url: string;
  /** Connections this process may hold at once. */
  readonly poolSize: number;
  /**
   * Statements go out without waiting for the answers before them, where the caller does not wait either: see `together`. A process
   * that streams (COPY, cursors) cannot have it.
   */
  readonly pipelined?: boolean;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Called when the server drops an idle connection; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
}

/** A connection with a transaction open on it. Repositories take one and never open their own. */
export type Transaction = PoolClient;

export type IsolationLevel = 'READ COMMITTED' | 'REPEATABLE READ';

/** The options of the one DataSource; migrations and entities are listed, not globbed, so that a bundle finds them. */
function dataSourceOptions(options: DatabaseOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url: options.url,
    poolSize: options.poolSize,
    applicationName: options.applicationName,
    connectTimeoutMS: 5_000,
    entities: ENTITIES,
    migrations: [
      CreateSchema1764000000000,
      AddFilterLanguage1764100000000,
      AddCohortApi1764300000000,
      AddCalculationLife1764400000000,
      AddCsvImports1764500000000,
      AddLiveCohorts1764600000000,
      AddFeatureFlags1764700000000,
      AddSizeLimit1764800000000,
      AddFlippedMembers1764900000000,
    ],
    migrationsTableName: 'migration',
    synchronize: false,
    logging: false,
    // An idle client that loses its server emits 'error' on the pool; unhandled it ends the process (node-postgres#3202).
    poolErrorHandler: (error: unknown) =>
      options.onIdleError?.(error instanceof Error ? error : new Error(String(error))),
    extra: { idleTimeoutMillis: 30_000, keepAlive: true, pipeline: options.pipelined ?? false },
  };
}

/** The process's one connection pool: TypeORM for entities, plain SQL for the hot paths. */
export class Database {
  private constructor(readonly dataSource: DataSource) {}

  /** Connects; rejects when the database cannot be reached within 5 s. */
  static async connect(options: DatabaseOptions): Promise<Database> {
    return new Database(await new DataSource(dataSourceOptions(options)).initialize());
  }

  get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /**
   * Runs `work` in one transaction; commits when it resolves, rolls back when it rejects.
   * @param settings SQL that goes out with BEGIN, such as `SET LOCAL ...`
   */
  async transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    isolation: IsolationLevel = 'READ COMMITTED',
    settings = '',
  ): Promise<T> {
    const client = await this.pool.connect();
    // A checked-out client's errors are not forwarded to the pool (node-postgres#1790); the failed query reports them.
    const ignore = () => undefined;
    client.on('error', ignore);
    let broken: Error | undefined;
    try {
      await client.query(`BEGIN ISOLATION LEVEL ${isolation};${settings}`);
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      broken = await rollback(client);
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }
}

/** @returns the error that makes the connection unfit for the pool, if any */
async function rollback(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
