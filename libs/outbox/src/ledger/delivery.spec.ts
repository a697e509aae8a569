import { Delivery } from './delivery.js';
import { leaseOf } from './lease.js';
import type { Ledger } from './ledger.js';
import { LEASE_POLICY, type LedgerRow } from './ledger-table.js';

const OUTAGE = new Error('brokers away');

function rows(...keys: string[]): LedgerRow[] {
  return keys.map((key, place) => ({ position: String(place), key, attempts: 0 }));
}

function delivery(fails: (row: LedgerRow) => Error | undefined) {
  const sent: string[] = [];
  const made = new Delivery<LedgerRow, { row: LedgerRow }>(
    (parcels) => {
      const error = parcels.map(({ row }) => fails(row)).find((one) => one !== undefined);
      if (error === undefined) {
        sent.push(...parcels.map(({ row }) => row.position));
        return Promise.resolve();
      }
      return Promise.reject(error);
    },
    (error) => error === OUTAGE,
  );
  return { made, sent };
}

async function deliver(all: readonly LedgerRow[], fails: (row: LedgerRow) => Error | undefined) {
  const { made, sent } = delivery(fails);
  await made.deliver(all.map((row) => ({ row })));
  const { done, released, refusals, brokersAway } = made.report(all);
  return { sent, done, released, refused: refusals.map(({ row }) => row.position), brokersAway };
}

describe('a delivery', () => {
  it('sends all at once when nothing is refused', async () => {
    expect(await deliver(rows('a', 'b', 'a'), () => undefined)).toEqual({
      sent: ['0', '1', '2'],
      done: ['0', '1', '2'],
      released: [],
      refused: [],
      brokersAway: undefined,
    });
  });

  it('finds the refused row by halving; what follows in its key stays, the rest goes', async () => {
    const all = rows('a', 'b', 'bad', 'c', 'bad', 'd', 'bad');
    const result = await deliver(all, (row) => (row.position === '2' ? new Error('too large') : undefined));
    expect(result).toMatchObject({
      done: ['0', '1', '3', '5'],
      released: ['4', '6'],
      refused: ['2'],
      sent: ['0', '1', '3', '5'],
    });
  });

  it('charges nobody in an outage and tries no more', async () => {
    const result = await deliver(rows('a', 'b'), () => OUTAGE);
    expect(result).toEqual({ sent: [], done: [], released: ['0', '1'], refused: [], brokersAway: OUTAGE });
  });

  it('that meets an outage while halving keeps what was told and gives back the rest', async () => {
    const all = rows('a', 'b', 'c', 'd');
    const result = await deliver(all, (row) =>
      row.position === '1' ? new Error('no') : row.position === '2' ? OUTAGE : undefined,
    );
    expect(result).toMatchObject({ done: ['0'], refused: ['1'], released: ['2', '3'], brokersAway: OUTAGE });
  });

  it('keeps back a row that went to another relay, and what follows in its key', async () => {
    const { made, sent } = delivery(() => undefined);
    const all = rows('a', 'b', 'a');
    made.withhold(all[0]!);
    await made.deliver(all.map((row) => ({ row })));
    expect(sent).toEqual(['1']);
    expect(made.report(all)).toMatchObject({ done: ['1'], released: ['0', '2'] });
  });
});

describe('a lease', () => {
  it('is prolonged after a third of it, and tells what went to another relay', async () => {
    let now = 0;
    const asked: string[][] = [];
    const ledger = {
      policy: LEASE_POLICY,
      renew: (_token: string, positions: string[]) => {
        asked.push(positions);
        return Promise.resolve(new Set(positions.slice(1)));
      },
    };
    const lease = leaseOf(ledger as unknown as Ledger<LedgerRow>, { token: 't', rows: rows('a', 'b', 'c') }, () => now);
    now = 10_000;
    expect([...(await lease.keep())]).toEqual([]);
    now = 10_001;
    expect([...(await lease.keep())]).toEqual(['0']);
    now = 20_001;
    expect([...(await lease.keep())]).toEqual(['0']);
    now = 20_002;
    expect([...(await lease.keep())]).toEqual(['0', '1']);
    expect(asked).toEqual([
      ['0', '1', '2'],
      ['1', '2'],
    ]);
  });
});
