import fc from 'fast-check';

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

describe('positions', () => {
  it('that commit late are not skipped, and each key keeps commit order (R06)', async () => {
    const plan = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), rows: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 2,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(plan, fc.scheduler(), async (transactions, scheduler) => {
        await db.database.pool.query('TRUNCATE outbox');
        const order: string[] = [];
        const write = ({ key, rows }: { key: string; rows: number }, number: number) =>
          db.database.transaction(async (transaction) => {
            await scheduler.schedule(Promise.resolve());
            // The lock of the row the key stands for.
            await transaction.query('SELECT pg_advisory_xact_lock(hashtext($1))', [key]);
            await append(transaction, ...Array.from({ length: rows }, () => key));
            await scheduler.schedule(Promise.resolve());
            order.push(`${key}${number}`);
          });
        const writing = Promise.all(transactions.map(write));
        const mine = ledger({ batchRows: 2 });
        const seen: string[] = [];
        let last: ReturnType<typeof told> | undefined;
        const look = async () => {
          await mine.moveFloor();
          const { claim } = await mine.turn(last);
          last = told(claim);
          seen.push(...keysOf(claim));
          return claim.rows.length;
        };
        const looking = (async () => {
          for (let turn = 0; turn < 5; turn += 1) {
            await look();
          }
        })();
        await scheduler.waitFor(Promise.all([writing, looking]));
        while ((await look()) > 0) {
          // Until nothing is left.
        }
        const wanted = transactions.flatMap(({ key, rows }) => Array.from({ length: rows }, () => key));
        expect(seen.toSorted()).toEqual(wanted.toSorted());
        expect(order).toHaveLength(transactions.length);
      }),
      { numRuns: 60 },
    );
  });

  it('below which all is told are not looked at again, though an old snapshot keeps them from being cleared away (R08)', async () => {
    const old = await db.database.pool.connect();
    try {
      await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM outbox');
      const mine = ledger();
      await commit(...Array.from({ length: 500 }, (_, place) => `${place}`));
      const { claim } = await mine.turn();
      const [first] = claim.rows;
      await mine.turn(told(claim));
      await commit('late');
      await eventually(async () => {
        expect(Number(await mine.moveFloor())).toBeGreaterThanOrEqual(Number(first?.position) + 500);
      });
      expect(keysOf((await mine.turn()).claim)).toEqual(['late']);
    } finally {
      old.release(true);
    }
  });

  it('that a running transaction may still commit hold the floor down', async () => {
    const mine = ledger();
    await commit('a');
    const slow = await db.database.pool.connect();
    try {
      await slow.query('BEGIN');
      await append(slow, 'slow');
      await commit('b', 'c');
      const { claim } = await mine.turn();
      await mine.turn(told(claim));
      for (let look = 0; look < 5; look += 1) {
        await mine.moveFloor();
        await commit();
      }
      await slow.query('COMMIT');
    } finally {
      slow.release();
    }
    expect(keysOf((await mine.turn()).claim)).toEqual(['slow']);
  });

  it('opened again by hand are found again', async () => {
    const mine = ledger();
    await commit('a', 'b');
    const { claim } = await mine.turn();
    await mine.turn(told(claim));
    await eventually(async () => {
      expect(Number(await mine.moveFloor())).toBeGreaterThan(Number(claim.rows[1]?.position));
    });
    await db.database.pool.query('UPDATE outbox SET published_at = NULL WHERE position = $1', [
      claim.rows[0]?.position,
    ]);
    await mine.moveFloor();
    expect(keysOf((await mine.turn()).claim)).toEqual(['a']);
  });
});
