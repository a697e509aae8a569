import type { Pool } from 'pg';

import { cohortKey, type CohortMembershipChanged, TOPICS } from '#contracts';
import { BrokerUnavailableError, type MessageProducer, type OutgoingRecord } from '#messaging';
import { failPoint } from '#observability';

import type { Courier, Lease } from '../ledger/courier.js';
import { Delivery, type DeliveryReport } from '../ledger/delivery.js';
import { batchesOf } from './batches.js';
import { type DeltaPart, partsOfDelta } from './delta-parts.js';
import type { DeltaRow } from './delta-row.js';
import { partId } from './part-id.js';
import { type NamedPart, UuidLookup } from './uuid-lookup.js';

/** A message class as the shape of an object literal. */
type Shape<T> = { readonly [K in keyof T]: T[K] };

interface NamedParcel {
  readonly row: DeltaRow;
  readonly named: NamedPart;
}

/**
 * Tells who entered and who left: expands the bitmaps of each delta into `cohort.membership.changed` messages, per cohort in the order
 * of the deltas' ids, which within a chunk is the order of revisions (both are taken under the chunk's lock).
 */
export class MembershipAnnouncer implements Courier<DeltaRow> {
  private readonly lookup: UuidLookup;

  constructor(
    pool: Pool,
    private readonly producer: Pick<MessageProducer, 'sendBatch'>,
  ) {
    this.lookup = new UuidLookup(pool);
  }

  async deliver(rows: readonly DeltaRow[], lease: Lease): Promise<DeliveryReport> {
    const delivery = new Delivery<DeltaRow, NamedParcel>(
      (parcels) => this.send(parcels),
      (error) => error instanceof BrokerUnavailableError,
    );
    for (const batch of batchesOf(partsOf(rows, delivery))) {
      const lost = await lease.keep();
      batch
        .filter(({ row }) => lost.has(row.position))
        .forEach(({ row }) => {
          delivery.withhold(row);
        });
      const named = await this.lookup.nameParts(batch);
      named.filter(hasStranger).forEach(({ part }) => {
        delivery.refuse(part.row, new Error('an ordinal of the delta has no person'));
      });
      await delivery.deliver(named.map((one) => ({ row: one.part.row, named: one })));
      failPoint('announcer.after_publish');
    }
    return delivery.report(rows);
  }

  private async send(parcels: readonly NamedParcel[]): Promise<void> {
    await this.producer.sendBatch([
      { topic: TOPICS.cohortMembershipChanged, records: parcels.map(({ named }) => recordOf(named)) },
    ]);
  }
}

/** The parts of all deltas, made as they are taken; a delta that cannot be read is refused. */
function* partsOf(rows: readonly DeltaRow[], delivery: Delivery<DeltaRow, NamedParcel>): Generator<DeltaPart> {
  for (const row of rows) {
    let parts: DeltaPart[] = [];
    try {
      parts = partsOfDelta(row);
    } catch (error) {
      delivery.refuse(row, new Error(`the delta's bitmaps cannot be read: ${String(error)}`));
    }
    yield* parts;
  }
}

function hasStranger(named: NamedPart): boolean {
  return named.entered.includes(null) || named.left.includes(null);
}

function recordOf(named: NamedPart): OutgoingRecord {
  const { row, part, parts } = named.part;
  const message = {
    schema_version: TOPICS.cohortMembershipChanged.schemaVersion,
    project_id: row.project_id,
    cohort_id: row.cohort_id,
    version: row.version,
    chunk: row.chunk,
    revision: Number(row.revision),
    part,
    parts,
    reason: row.reason,
    at: row.at.toISOString(),
    entered: named.entered as string[],
    left: named.left as string[],
  } satisfies Shape<CohortMembershipChanged>;
  return { id: partId(named.part), key: cohortKey(row.project_id, row.cohort_id), value: message, time: row.at };
}
