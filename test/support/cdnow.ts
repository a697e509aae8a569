import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { eventually, type TestStack } from '#testing';

import type { MusterApi } from './muster-api.js';

export interface Purchase {
  readonly customer: string;
  readonly day: string;
  readonly cds: number;
  readonly amount: number;
}

/** The file, read with nothing of the product. */
const PURCHASES: readonly Purchase[] = readFileSync(join(process.cwd(), 'test/fixtures/cdnow-sample.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
  .map(([, customer = '', day = '', cds, amount]) => ({
    customer,
    day: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
    cds: Number(cds),
    amount: Number(amount),
  }));
/** The purchases of each customer, by day. */
const CUSTOMERS = Map.groupBy(PURCHASES, ({ customer }) => customer);

/** What the script below sets on each person. */
interface Customer {
  readonly first_purchase: string;
  readonly first_amount: number;
  readonly segment: string;
}

function segmentOf(first: Purchase): string {
  return first.cds >= 3 ? 'Collector' : 'casual buyer';
}

function customerOf(purchases: readonly Purchase[]): Customer {
  const first = purchases[0]!;
  return { first_purchase: first.day, first_amount: first.amount, segment: segmentOf(first) };
}

function eventsOf(purchases: readonly Purchase[]): object[] {
  return purchases.map((purchase, index) => ({
    event: 'purchase',
    distinct_id: purchase.customer,
    timestamp: `${purchase.day}T12:00:00Z`,
    properties: { cds: purchase.cds, amount: purchase.amount, ...(index === 0 ? { $set: customerOf(purchases) } : {}) },
  }));
}

/** Tells every purchase as a shop's SDK would, and waits until all are stored. */
export async function loadCdnow(api: MusterApi, stack: Pick<TestStack, 'database'>): Promise<void> {
  const events = [...CUSTOMERS.values()].flatMap(eventsOf);
  for (let start = 0; start < events.length; start += 1_000) {
    await api.capture(events.slice(start, start + 1_000));
  }
  await eventually(
    async () => {
      expect(await api.storedEvents(stack.database)).toBe(PURCHASES.length);
    },
    { withinMs: 60_000 },
  );
}

export function customersWhere(holds: (purchases: readonly Purchase[]) => boolean): string[] {
  return [...CUSTOMERS].filter(([, purchases]) => holds(purchases)).map(([customer]) => customer);
}
