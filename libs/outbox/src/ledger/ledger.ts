import { randomUUID } from 'node:crypto';

import type { QueryResult } from 'pg';

import type { Database } from '#persistence';

import { chargeSql, guard, renewSql, type Settlement, settleSql, turnSql } from './claim-sql.js';
import { Floor } from './floor.js';
import type { LeasePolicy, LedgerRow, LedgerTable } from './ledger-table.js';

/** Rows that nobody else touches until the lease ends. */
export interface Claim<Row> {
  readonly token: string;
  readonly rows: readonly Row[];
}

/** A row Kafka refused, and why. */
export interface Refusal {
  readonly row: LedgerRow;
  readonly error: Error;
}

const NOTHING: Settlement = { done: [], released: [] };
/** Matches no row. */
const NO_TOKEN = '00000000-0000-0000-0000-000000000000';

/**
 * Leases rows of a ledger table to relays in any number of processes, keys in order: nothing of a key is handed out while a smaller
 * position of it is open and leased or backing off. All state changes of a table happen under one advisory lock, for about a millisecond.
 */
export class Ledger<Row extends LedgerRow> {
  private readonly floor: Floor;

  constructor(
    private readonly database: Database,
    readonly table: LedgerTable,
    readonly policy: LeasePolicy,
    /** From 0 to 1; spreads the retries of several relays. */
    private readonly random: () => number,
  ) {
    this.floor = new Floor(table);
  }

  /** Moves up the position from which claims look; to be called every second or so, beside the turns. @returns the position */
  async moveFloor(): Promise<bigint> {
    await this.floor.look(this.database.pool);
    return this.floor.position;
  }

  /** Settles the last claim and takes the next. @returns also how many settled rows had been leased to somebody else meanwhile */
  async turn(last?: { token: string; settlement: Settlement }): Promise<{ claim: Claim<Row>; lost: number }> {
    const token = randomUUID();
    const settlement = last?.settlement ?? NOTHING;
    const sql = turnSql(
      this.table,
      this.policy,
      { settlement, token: last?.token ?? NO_TOKEN },
      { token, floor: this.floor.position },
    );
    const results = await this.run(sql);
    const rows = (results.at(-1)?.rows ?? []) as Row[];
    return { claim: { token, rows }, lost: lostRows(settlement, results) };
  }

  /** Settles without taking more. @returns how many rows had been leased to somebody else meanwhile */
  async settle(token: string, settlement: Settlement): Promise<number> {
    return lostRows(settlement, await this.run(settleSql(this.table, settlement, token)));
  }

  /** Prolongs a lease. @returns the positions that are still held */
  async renew(token: string, positions: readonly string[]): Promise<Set<string>> {
    const kept = await this.locked<{ position: string }>(renewSql(this.table), [positions, token, this.policy.leaseMs]);
    return new Set(kept.map((row) => row.position));
  }

  /** Counts an attempt against refused rows and lets them wait, or buries them. @returns how many died, how many were lost */
  async charge(token: string, refusals: readonly Refusal[]): Promise<{ dead: number; lost: number }> {
    const charged = await this.locked<{ dead: boolean }>(chargeSql(this.table), [
      refusals.map(({ row }) => row.position),
      refusals.map(({ error }) => error.message.replaceAll('\0', '').slice(0, 2_000)),
      refusals.map(({ row }) => this.waitMs(row.attempts)),
      token,
      this.policy.maxAttempts,
    ]);
    return { dead: charged.filter((row) => row.dead).length, lost: refusals.length - charged.length };
  }

  /** Half of the back-off is fixed, half random ("equal jitter"). */
  private waitMs(attempts: number): number {
    const whole = Math.min(this.policy.retryMaxMs, this.policy.retryMinMs * 2 ** attempts);
    return whole / 2 + (whole / 2) * this.random();
  }

  /** Several statements in one message; a failed one costs the connection, and with it the open transaction. */
  private async run(sql: string): Promise<QueryResult[]> {
    return (await this.database.pool.query(sql)) as unknown as QueryResult[];
  }

  private async locked<T extends object>(sql: string, values: unknown[]): Promise<T[]> {
    return this.database.transaction(async (transaction) => {
      await transaction.query(guard(this.table));
      return (await transaction.query<T>(sql, values)).rows;
    });
  }
}

function lostRows(settlement: Settlement, results: readonly QueryResult[]): number {
  const updated = results
    .filter((result) => result.command === 'UPDATE')
    .reduce((sum, result) => sum + (result.rowCount ?? 0), 0);
  return settlement.done.length + settlement.released.length - updated;
}
