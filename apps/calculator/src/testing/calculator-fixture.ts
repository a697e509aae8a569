import { bitmapOf, serializeBitmap, splitByBlock } from '#cohort-core';
import { Metrics, SILENT_LOGGER } from '#observability';
import {
  changeMembers,
  type Database,
  leaseCalculations,
  lockCohort,
  readClock,
  readMembers,
  type Transaction,
  wantCalculation,
} from '#persistence';
import { createTestProject, eventually, type TestDatabase } from '#testing';

import { CalculateCohortHandler } from '../calculate-cohort/calculate-cohort.handler.js';
import { CALCULATOR_METRICS } from '../calculator-metrics.js';
import { type CalculatorConfig, calculatorConfig } from '../config.js';

export interface CohortState {
  readonly version: number | null;
  readonly pending_version: number;
  readonly is_calculating: boolean;
  readonly count: number;
  readonly last_calculation: Date | null;
  readonly errors_calculating: number;
  readonly last_error_message: string | null;
}

/** Leaf: a person property is that text. */
export const plan = (value: string, negation = false) => ({
  type: 'person',
  key: 'plan',
  operator: 'exact',
  value,
  negation,
});
export const inCohort = (value: number, negation = false) => ({ type: 'cohort', key: 'id', value, negation });
export const all = (...values: object[]) => ({ properties: { type: 'AND', values } });

/** A project in a test's database, and the calculator's work on it done in this process. */
export class CalculatorFixture {
  projectId = 0;
  private metrics = new Metrics();

  constructor(private readonly test: TestDatabase) {}

  get database(): Database {
    return this.test.database;
  }

  /** Nothing that an earlier test has left is leased by this one. */
  async newProject(): Promise<void> {
    await this.database.pool.query(`UPDATE calculation SET state = 'superseded' WHERE state IN ('wanted', 'running')`);
    this.projectId = (await createTestProject(this.database)).id;
    this.metrics = new Metrics();
  }

  handler(settings: Partial<CalculatorConfig> = {}): CalculateCohortHandler {
    const environment = { DATABASE_URL: this.test.url, KAFKA_BROKERS: 'none' };
    const config = { ...calculatorConfig.read(environment), ...settings };
    return new CalculateCohortHandler(this.database, { wake: () => undefined }, config, SILENT_LOGGER, this.metrics);
  }

  /** Leases and calculates until nothing is due. @returns how many runs there were */
  async drain(settings: Partial<CalculatorConfig> = {}): Promise<number> {
    const handler = this.handler(settings);
    let count = 0;
    for (;;) {
      const runs = await leaseCalculations(this.database.pool, { leaseMs: 60_000, max: settings.batchSize ?? 20 });
      if (runs.length === 0) {
        return count;
      }
      count += runs.length;
      await handler.calculate(runs);
    }
  }

  /** Persons of a plan, born as ingestion makes them. */
  async createPersons(first: number, count: number, planName: string): Promise<void> {
    const ordinals = Array.from({ length: count }, (_, index) => first + index);
    await this.database.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
         SELECT $1, ordinal, gen_random_uuid(), jsonb_build_object('plan', $3::text), now() FROM unnest($2::int[]) AS ordinal`,
        [this.projectId, ordinals, planName],
      );
      for (const [chunk, bitmap] of splitByBlock(bitmapOf(ordinals))) {
        await transaction.query(
          `INSERT INTO person_presence (project_id, kind, chunk, batch, bitmap) VALUES ($1, 'born', $2, nextval('ingestion_batch'), $3)`,
          [this.projectId, chunk, serializeBitmap(bitmap)],
        );
      }
      await this.noteChange(transaction, ordinals);
    });
  }

  /** Gives persons another plan and notes whom it touched, as ingestion does. */
  async changePlan(transaction: Transaction, ordinals: readonly number[], planName: string): Promise<void> {
    await transaction.query(
      `UPDATE person SET properties = jsonb_build_object('plan', $3::text) WHERE project_id = $1 AND ordinal = ANY($2::int[])`,
      [this.projectId, ordinals, planName],
    );
    await this.noteChange(transaction, ordinals);
  }

  async movePersons(ordinals: readonly number[], planName: string): Promise<void> {
    await this.database.transaction((transaction) => this.changePlan(transaction, ordinals, planName));
  }

  /** @returns the id of a new cohort that waits for its first version */
  async createCohort(filters: object | null, columns: { is_static?: boolean } = {}): Promise<number> {
    const { rows } = await this.database.pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, filters, is_static, pending_version, is_calculating)
       VALUES ($1, 'test', $2, $3, 1, true) RETURNING id`,
      [this.projectId, filters === null ? null : JSON.stringify(filters), columns.is_static ?? false],
    );
    const { id } = only(rows);
    await this.want(id, 1);
    return id;
  }

  async want(cohortId: number, version: number): Promise<void> {
    const wanted = { projectId: this.projectId, cohortId, version };
    await this.database.transaction((transaction) => wantCalculation(transaction, wanted));
  }

  /** As the API adds persons to a static cohort. */
  async addToList(cohortId: number, ordinals: readonly number[]): Promise<void> {
    const ids = { projectId: this.projectId, cohortId };
    await this.database.transaction(async (transaction) => {
      await lockCohort(transaction, ids, 'SHARE');
      const at = await readClock(transaction, this.projectId);
      await changeMembers(transaction, { ...ids, add: bitmapOf(ordinals), reason: 'api', at });
    });
  }

  /** As a PATCH does it: another definition when `filters` are given, else a rename. @returns the version that it waits for */
  async edit(cohortId: number, filters?: object): Promise<number> {
    const { rows } = await this.database.pool.query<{ pending_version: number }>(
      `UPDATE cohort SET filters = coalesce($2, filters), definition_number = definition_number + $3,
         pending_version = pending_version + 1, is_calculating = true
       WHERE id = $1 RETURNING pending_version`,
      [cohortId, filters === undefined ? null : JSON.stringify(filters), filters === undefined ? 0 : 1],
    );
    const { pending_version } = only(rows);
    await this.want(cohortId, pending_version);
    return pending_version;
  }

  async cohort(cohortId: number): Promise<CohortState> {
    const { rows } = await this.database.pool.query<CohortState>('SELECT * FROM cohort WHERE id = $1', [cohortId]);
    return only(rows);
  }

  async members(cohortId: number): Promise<number[]> {
    const members = await readMembers(this.database.pool, this.projectId, cohortId);
    const ordinals = members?.bitmap.toArray() ?? [];
    expect(members?.count).toBe(ordinals.length);
    return ordinals;
  }

  async runs(cohortId: number): Promise<Record<string, unknown>[]> {
    const { rows } = await this.database.pool.query<Record<string, unknown>>(
      'SELECT * FROM calculation WHERE cohort_id = $1 ORDER BY version',
      [cohortId],
    );
    return rows;
  }

  /** Payloads of a cohort's messages of a topic, in order. */
  async messages(topic: string, cohortId: number): Promise<Record<string, unknown>[]> {
    const { rows } = await this.database.pool.query<{ payload: Record<string, unknown> }>(
      'SELECT payload FROM outbox WHERE aggregatetype = $1 AND aggregateid = $2 ORDER BY position',
      [topic, `${this.projectId}:${cohortId}`],
    );
    return rows.map(({ payload }) => payload);
  }

  /** Holds a lock (`LOCK TABLE ...`, `SELECT ... FOR UPDATE`) while `work` goes on, and lets it go when `work` calls `release`. */
  async holding(lock: string, work: (release: () => Promise<void>) => Promise<void>): Promise<void> {
    const client = await this.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(lock);
      await work(async () => {
        await client.query('ROLLBACK');
      });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  /** Waits until somebody waits for a lock in this database. */
  async waitForLock(): Promise<void> {
    await eventually(async () => {
      const { rows } = await this.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(rows).not.toHaveLength(0);
    });
  }

  /** Persons by whom live membership was found wrong. */
  async drift(): Promise<number> {
    const { values } = await this.metrics.counter(CALCULATOR_METRICS.drift).get();
    return values.reduce((sum, { value }) => sum + value, 0);
  }

  private async noteChange(transaction: Transaction, ordinals: readonly number[]): Promise<void> {
    const persons = serializeBitmap(bitmapOf(ordinals));
    await transaction.query('INSERT INTO person_change (project_id, persons) VALUES ($1, $2)', [
      this.projectId,
      persons,
    ]);
  }

  /** Waits until a run of the cohort says that it is in that phase. */
  async inPhase(cohortId: number, phase: string): Promise<Record<string, unknown>> {
    return eventually(async () => {
      const runs = await this.runs(cohortId);
      return only(runs.filter((one) => one['phase'] === phase && one['state'] === 'running'));
    });
  }
}

function only<T>(rows: readonly T[]): T {
  const [first] = rows;
  if (first === undefined) {
    throw new Error('no row');
  }
  return first;
}
