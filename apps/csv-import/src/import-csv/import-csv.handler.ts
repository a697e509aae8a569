import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { bitmapOf, deserializeBitmap } from '#cohort-core';
import { failPoint, LOGGER, type Logger, Metrics } from '#observability';
import { OutboxRelay } from '#outbox';
import { Database, isDeadlock } from '#persistence';

import type { CsvImportConfig } from '../config.js';
import { CSV_IMPORT_CONFIG } from '../config-token.js';
import { CSV_IMPORT_METRICS } from '../csv-import-metrics.js';
import { joinLateIdsOf } from '../follow-persons/join-late-ids.js';
import { type Batch, commitBatch, type Progress } from './commit-batch.js';
import { createEmailTable } from './email-table.js';
import { LostLeaseError } from './errors.js';
import { failImport } from './fail-import.js';
import { Fingerprints } from './fingerprints.js';
import { finishImport } from './finish-import.js';
import { ImportSession } from './import-session.js';
import { keepLease } from './keep-lease.js';
import { type Account, type LeasedImport, postponeImport } from './lease-import.js';
import { readRows } from './read-rows.js';
import { awaitWriters } from './settle-merges.js';
import { SortedRows } from './sort-rows.js';

/** A batch that met a merge or another writer in the wrong order is tried again at once so often. */
const DEADLOCK_RETRIES = 5;

/** Long ids make a batch smaller: it is held in memory twice, and the next one beside it. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/** One import: read the file from its beginning, skip what is committed, commit the rest batch by batch, then close the account. */
@Injectable()
export class ImportCsvHandler {
  private readonly imports;
  private readonly rows;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(CSV_IMPORT_CONFIG) private readonly config: CsvImportConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.imports = metrics.counter(CSV_IMPORT_METRICS.imports);
    this.rows = metrics.counter(CSV_IMPORT_METRICS.rows);
  }

  /** @param stopping the process ends: give the import back after the batch under way */
  async import(run: LeasedImport, stopping: AbortSignal): Promise<void> {
    const { leaseMs } = this.config;
    const result = await keepLease(this.database.pool, run, { leaseMs, logger: this.logger }, () =>
      this.attempt(run, stopping),
    );
    this.imports.inc({ result });
    this.logger.info({ import: run.id, cohort: run.cohortId, attempt: run.attempt, result }, 'import ended');
    this.relay.wake();
  }

  private async attempt(run: LeasedImport, stopping: AbortSignal): Promise<string> {
    try {
      await using session = await ImportSession.open(this.database);
      const isWhole = await this.importRows(session, run, stopping);
      if (!isWhole) {
        const ours = await postponeImport(this.database.pool, run, { delayMs: 0, code: null, error: null });
        return ours ? 'postponed' : 'lost';
      }
      await joinLateIdsOf(session, run);
      await awaitWriters(session.client);
      failPoint('csv_import.before_finish');
      await session.transaction((transaction) => finishImport(transaction, run));
      return 'done';
    } catch (error) {
      if (error instanceof LostLeaseError) {
        return 'lost';
      }
      this.logger.warn({ error, import: run.id, attempt: run.attempt }, 'an import failed');
      return failImport(this.database, run, error, this.config);
    }
  }

  /** @returns false when the process is stopping */
  private async importRows(session: ImportSession, run: LeasedImport, stopping: AbortSignal): Promise<boolean> {
    // The first batch is read while the emails are gathered.
    const emails = run.layout.kind === 'email' ? createEmailTable(session.client, run.projectId) : undefined;
    emails?.catch(() => undefined);
    const persons = run.persons === null ? bitmapOf() : deserializeBitmap(run.persons);
    try {
      let account = run.account;
      for await (const batch of this.openBatches(run)) {
        if (stopping.aborted) {
          return false;
        }
        await emails;
        const next = await this.commit(session, run, { account, persons }, batch);
        this.count(account, next);
        account = next;
        failPoint('csv_import.after_batch');
      }
      return true;
    } finally {
      persons.dispose();
      // The session is let go next: nothing may be under way on it.
      await Promise.allSettled([emails]);
    }
  }

  /** What is not committed yet; earlier rows are read for the ids they have taken. The next batch is read while one is written. */
  private async *openBatches(run: LeasedImport): AsyncGenerator<Batch> {
    const source = this.sortedBatches(run);
    try {
      let next = source.next();
      for (;;) {
        const read = await next;
        if (read.done === true) {
          return;
        }
        next = source.next();
        next.catch(() => undefined);
        yield read.value;
      }
    } finally {
      await source.return(undefined);
    }
  }

  private async *sortedBatches(run: LeasedImport): AsyncGenerator<Batch, void> {
    const seen = new Fingerprints();
    const committed = run.account.rows;
    let passed = 0;
    let open = new SortedRows(run.layout.kind, seen);
    let bytesRead = 0;
    for await (const piece of readRows(this.database.pool, run)) {
      bytesRead = piece.bytesRead;
      for (const row of piece.rows) {
        open.add(row);
        passed += 1;
        if (passed === committed || this.isFull(open)) {
          if (passed > committed) {
            yield { sorted: open, bytesRead };
          }
          open = new SortedRows(run.layout.kind, seen);
        }
      }
    }
    if (open.rows > 0) {
      yield { sorted: open, bytesRead };
    }
  }

  private isFull({ rows, ids }: SortedRows): boolean {
    return rows >= this.config.batchRows || ids.bytes >= MAX_BATCH_BYTES;
  }

  private async commit(session: ImportSession, run: LeasedImport, progress: Progress, batch: Batch): Promise<Account> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await session.transaction((transaction) => commitBatch(transaction, run, progress, batch));
      } catch (error) {
        if (!isDeadlock(error) || attempt > DEADLOCK_RETRIES) {
          throw error;
        }
        await sleep(attempt * 10);
      }
    }
  }

  private count(before: Account, after: Account): void {
    this.rows.inc({ status: 'matched' }, after.matched - before.matched);
    this.rows.inc({ status: 'unmatched' }, after.unmatched - before.unmatched);
    this.rows.inc({ status: 'duplicate' }, after.duplicates - before.duplicates);
    this.rows.inc({ status: 'invalid' }, after.invalid - before.invalid);
  }
}
