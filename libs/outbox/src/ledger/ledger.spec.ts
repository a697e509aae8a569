import { TOPICS } from '#contracts';
import type { Transaction } from '#persistence';
import { eventually, useDatabase } from '#testing';

import { appendToOutbox } from '../append-messages/append-to-outbox.js';
import { OUTBOX_TABLE, type OutboxRow } from '../publish-outbox/outbox-publisher.js';
import { type Claim, Ledger } from './ledger.js';
import { LEASE_POLICY, type LeasePolicy } from './ledger-table.js';

const db = useDatabase();

function ledger(policy: Partial<LeasePolicy> = {}): Ledger<OutboxRow> {
  return new Ledger(db.database, OUTBOX_TABLE, { ...LEASE_POLICY, retryMinMs: 50, ...policy }, () => 0.5);
}

function append(transaction: Transaction, ...keys: readonly string[]): Promise<void> {
  const one = (key: string, place: number) => ({
    topic: TOPICS.cohortCreated,
    key,
    projectId: 1,
    message: { place } as never,
  });
  return appendToOutbox(transaction, keys.map(one));
}

function commit(...keys: readonly string[]): Promise<void> {
  return db.database.transaction((transaction) => append(transaction, ...keys));
}

function keysOf(claim: Claim<OutboxRow>): string[] {
  return claim.rows.map((row) => row.record_key);
}

function told(claim: Claim<OutboxRow>) {
  return { token: claim.token, settlement: { done: claim.rows.map((row) => row.position), released: [] } };
}

beforeEach(async () => {
  await db.database.pool.query('TRUNCATE outbox');
});

describe('a claim', () => {
  it('takes keys: while a row of a key is leased, the later ones stay, other keys go', async () => {
    await commit('a', 'a', 'b');
    const first = await ledger({ batchRows: 1 }).turn();
    expect(keysOf(first.claim)).toEqual(['a']);
    const second = await ledger().turn();
    expect(keysOf(second.claim)).toEqual(['b']);
    const third = await ledger().turn(told(first.claim));
    expect(keysOf(third.claim)).toEqual(['a']);
  });

  it('takes at most so many bytes, and a larger row alone', async () => {
    const message = (size: number) => ({
      topic: TOPICS.cohortCreated,
      key: `${size}`,
      projectId: 1,
      message: { text: 'x'.repeat(size) } as never,
    });
    await db.database.transaction((transaction) => appendToOutbox(transaction, [10, 9_000, 20, 30].map(message)));
    const small = ledger({ batchBytes: 5_000 });
    const first = await small.turn();
    const second = await small.turn(told(first.claim));
    const third = await small.turn(told(second.claim));
    expect([first, second, third].map(({ claim }) => keysOf(claim))).toEqual([['10'], ['9000'], ['20', '30']]);
  });

  it('leaves the topics of a newer build to its relays', async () => {
    await commit('a', 'b');
    await db.database.pool.query(`UPDATE outbox SET aggregatetype = 'cohort.archived' WHERE aggregateid = 'a'`);
    expect(keysOf((await ledger().turn()).claim)).toEqual(['b']);
  });

  it('gives the text of the payload, untouched', async () => {
    await db.database.pool.query(
      `INSERT INTO outbox (aggregatetype, aggregateid, type, payload, project_id) VALUES ('cohort.created', 'a', 'cohort.created', '{"b" : 1.0, "a":1e2}', 1)`,
    );
    expect((await ledger().turn()).claim.rows[0]?.payload).toBe('{"b" : 1.0, "a":1e2}');
  });

  it('never overlaps with another, and keeps each key in order, whatever the interleaving', async () => {
    await commit(...Array.from({ length: 3_000 }, (_, place) => `${place % 50}`));
    const seen: OutboxRow[] = [];
    const relay = async (batchRows: number) => {
      const mine = ledger({ batchRows });
      let { claim } = await mine.turn();
      for (let empty = 0; empty < 20; empty = claim.rows.length === 0 ? empty + 1 : 0) {
        seen.push(...claim.rows);
        ({ claim } = await mine.turn(told(claim)));
      }
    };
    await Promise.all([relay(7), relay(40), relay(111)]);
    expect(seen).toHaveLength(3_000);
    for (const [, rows] of Map.groupBy(seen, (row) => row.key)) {
      const positions = rows.map((row) => Number(row.position));
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    }
  });
});

describe('a lease', () => {
  it('that ran out goes to another relay, and the late mark changes nothing (R05)', async () => {
    await commit('a', 'a');
    const stalled = await ledger({ leaseMs: 1 }).turn();
    const other = ledger();
    const { claim } = await eventually(async () => {
      const turn = await other.turn();
      expect(turn.claim.rows).toHaveLength(2);
      return turn;
    });
    expect(await ledger().settle(stalled.claim.token, told(stalled.claim).settlement)).toBe(2);
    const { rows } = await db.database.pool.query(
      'SELECT FROM outbox WHERE published_at IS NULL AND lease_token = $1',
      [claim.token],
    );
    expect(rows).toHaveLength(2);
    expect((await other.turn(told(claim))).lost).toBe(0);
  });

  it('can be prolonged by whoever holds it', async () => {
    await commit('a', 'b');
    const short = ledger({ leaseMs: 1 });
    const { claim } = await short.turn();
    const [a, b] = claim.rows;
    await db.database.pool.query('UPDATE outbox SET lease_token = gen_random_uuid() WHERE position = $1', [
      a?.position,
    ]);
    const kept = await ledger().renew(
      claim.token,
      claim.rows.map((row) => row.position),
    );
    expect([...kept]).toEqual([b?.position]);
    const { rows } = await db.database.pool.query<{ long: boolean }>(
      `SELECT leased_until > now() + interval '20 s' AS long FROM outbox WHERE position = $1`,
      [b?.position],
    );
    expect(rows).toEqual([{ long: true }]);
  });

  it('given back is free at once, without an attempt charged', async () => {
    await commit('a');
    const { claim } = await ledger().turn();
    await ledger().settle(claim.token, { done: [], released: claim.rows.map((row) => row.position) });
    const again = await ledger().turn();
    expect(again.claim.rows.map((row) => row.attempts)).toEqual([0]);
  });
});

describe('a refused row', () => {
  async function refuse(mine: Ledger<OutboxRow>): Promise<{ dead: number; lost: number }> {
    const { claim } = await eventually(async () => {
      const turn = await mine.turn();
      expect(keysOf(turn.claim)).toEqual(['a']);
      return turn;
    });
    return mine.charge(claim.token, [{ row: claim.rows[0]!, error: new Error('too large\0') }]);
  }

  it('holds its key back while it waits, and no other', async () => {
    await commit('a');
    await refuse(ledger({ retryMinMs: 60_000 }));
    await commit('a', 'b');
    expect(keysOf((await ledger().turn()).claim)).toEqual(['b']);
  });

  it('dies at its last attempt with the error kept; then its key goes on', async () => {
    await commit('a');
    const mine = ledger({ maxAttempts: 2, retryMinMs: 2 });
    expect(await refuse(mine)).toEqual({ dead: 0, lost: 0 });
    expect(await refuse(mine)).toEqual({ dead: 1, lost: 0 });
    await commit('a');
    expect(keysOf((await mine.turn()).claim)).toEqual(['a']);
    const { rows } = await db.database.pool.query('SELECT attempts, last_error FROM outbox WHERE dead_at IS NOT NULL');
    expect(rows).toEqual([{ attempts: 2, last_error: 'too large' }]);
  });

  it('waits 1 s, doubling up to 5 minutes, half of it at random', async () => {
    const mine = new Ledger<OutboxRow>(db.database, OUTBOX_TABLE, LEASE_POLICY, () => 0);
    const clock = async () => {
      const { rows } = await db.database.pool.query<{ ms: number }>(
        'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
      );
      return rows[0]!.ms;
    };
    for (const [attempts, waitMs] of [
      [0, 500],
      [1, 1_000],
      [5, 16_000],
      [12, 150_000],
    ] as const) {
      await db.database.pool.query('TRUNCATE outbox');
      await commit('a');
      await db.database.pool.query('UPDATE outbox SET attempts = $1', [attempts]);
      const { claim } = await mine.turn();
      const before = await clock();
      await mine.charge(claim.token, [{ row: claim.rows[0]!, error: new Error('no') }]);
      const after = await clock();
      const { rows } = await db.database.pool.query<{ until: number }>(
        'SELECT extract(epoch FROM not_before)::float8 * 1000 AS until FROM outbox',
      );
      expect(rows[0]!.until).toBeGreaterThanOrEqual(before + waitMs - 1);
      expect(rows[0]!.until).toBeLessThanOrEqual(after + waitMs + 1);
    }
  });
});
