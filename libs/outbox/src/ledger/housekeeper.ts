import type { Logger } from '#observability';
import type { Database } from '#persistence';

import type { LedgerMetrics } from './ledger-metrics.js';
import type { LedgerTable } from './ledger-table.js';

const LOOK_MS = 5_000;
const PURGE_EVERY_LOOKS = 12;
const PURGE_ROWS = 5_000;

/** Looks at a ledger now and then: measures what waits, and removes what was told long ago. */
export class Housekeeper {
  private timer: NodeJS.Timeout | undefined;
  private looks = 0;
  private running: Promise<void> | undefined;
  private isStopping = false;

  /** @param keepMs how long told rows stay */
  constructor(
    private readonly database: Database,
    private readonly table: LedgerTable,
    private readonly metrics: LedgerMetrics,
    private readonly logger: Logger,
    private readonly keepMs: number,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => {
      this.running ??= this.look().finally(() => (this.running = undefined));
    }, LOOK_MS).unref();
  }

  /** Ends after the piece of work under way; the pool waits for that. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    return Promise.resolve();
  }

  /** Sets the gauges. */
  async measure(): Promise<void> {
    const { name, since, doneAt } = this.table;
    const { rows } = await this.database.pool.query<{ pending: string; lag: number }>(`
      SELECT count(*) AS pending, greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(${since})), 0))::float8 AS lag
      FROM ${name} WHERE ${doneAt} IS NULL AND dead_at IS NULL`);
    rows.forEach((row) => {
      this.metrics.waiting(Number(row.pending), row.lag);
    });
  }

  /** Deletes told rows that are older than is kept, some at a time, so that no lock is held for long. @returns how many */
  async purge(): Promise<number> {
    let total = 0;
    for (let deleted = PURGE_ROWS; deleted === PURGE_ROWS && !this.isStopping; total += deleted) {
      deleted = await this.purgeSome();
    }
    return total;
  }

  private async purgeSome(): Promise<number> {
    const { name, position, doneAt } = this.table;
    const { rowCount } = await this.database.pool.query(
      `DELETE FROM ${name} WHERE ${position} IN (
         SELECT ${position} FROM ${name} WHERE ${doneAt} < clock_timestamp() - $1 * interval '1 ms'
         ORDER BY ${doneAt} LIMIT ${PURGE_ROWS} FOR UPDATE SKIP LOCKED)`,
      [this.keepMs],
    );
    return rowCount ?? 0;
  }

  private async look(): Promise<void> {
    try {
      await this.measure();
      if (this.looks++ % PURGE_EVERY_LOOKS === 0) {
        await this.purge();
      }
    } catch (error) {
      if (this.isStopping) {
        return;
      }
      this.logger.warn({ ledger: this.table.name, error }, 'could not measure or purge');
    }
  }
}
