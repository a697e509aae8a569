import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';

import { Health, LOGGER, type Logger } from '#observability';

import { Database } from './database.js';
import { isMigrated } from './migrate.js';

export interface PersistenceOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly app: string;
  /** As `DatabaseOptions.pipelined`. */
  readonly pipelined?: boolean;
}

/** Closes the pool last of all: handlers in flight still need it while consumers and HTTP stop. */
@Injectable()
class DatabaseLifetime implements OnApplicationShutdown {
  private migrated = false;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Health) health: Health,
  ) {
    health.addReadiness('database', () => this.ping());
    health.addReadiness('migrations', () => this.checkMigrations());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }

  private async ping(): Promise<string | undefined> {
    try {
      await this.database.pool.query('SELECT 1');
      return undefined;
    } catch (error) {
      return `database does not answer: ${String(error)}`;
    }
  }

  private async checkMigrations(): Promise<string | undefined> {
    this.migrated ||= await isMigrated(this.database);
    return this.migrated ? undefined : 'migrations are pending: run `npm run cli -- migrate`';
  }
}

/** The process's Database, open from boot to the very end of shutdown. */
@Module({})
export class PersistenceModule {
  static register(options: PersistenceOptions): DynamicModule {
    const database = {
      provide: Database,
      inject: [LOGGER],
      useFactory: (logger: Logger) =>
        Database.connect({
          url: options.url,
          poolSize: options.poolSize,
          applicationName: options.app,
          pipelined: options.pipelined ?? false,
          onIdleError: (error) => {
            logger.warn({ err: error }, 'the database dropped an idle connection');
          },
        }),
    };
    return { module: PersistenceModule, global: true, providers: [database, DatabaseLifetime], exports: [Database] };
  }
}
