import { type Bitmap, BitmapScope } from '#cohort-core';
import type { Logger, Metrics } from '#observability';
import type { Transaction } from '#persistence';

import { CALCULATOR_METRICS } from '../calculator-metrics.js';
import type { Flip } from './flip.js';
import { movedByTime, SWEEP_LATENESS_MS } from './moved-by-time.js';
import type { ObserveDrift } from './publish-version.js';

/** So many are named in the log. */
const NAMED = 5;

/** Whose change the realtime service may not have heard of yet. */
const ON_THEIR_WAY = `
  SELECT persons FROM person_change WHERE project_id = $1 AND at > clock_timestamp() - $2 * interval '1 millisecond'`;

/** Who moved in a referenced cohort by another hand than live work: that asks for a calculation of whoever refers to it. */
const MOVED_IN_REFERENCES = `
  SELECT delta.entered, delta.left_ FROM membership_delta AS delta
  WHERE delta.project_id = $1 AND delta.cohort_id = ANY($2::int[]) AND delta.reason NOT IN ('change', 'time', 'merge')
    AND delta.at > $3::timestamptz - interval '15 seconds'`;

/**
 * Counts by how many persons live membership was wrong: those whom a calculation of the same definition moved, though nothing that
 * concerns them was still on its way.
 */
export class DriftObserver {
  private readonly persons;

  constructor(
    private readonly options: { readonly logger: Logger; readonly metrics: Metrics; readonly graceMs: number },
  ) {
    this.persons = options.metrics.counter(CALCULATOR_METRICS.drift);
  }

  readonly observe: ObserveDrift = async (transaction, flip, moved) => {
    using scope = new BitmapScope();
    const drift = scope.copy(moved);
    for (const excused of await this.excused(transaction, flip, scope)) {
      drift.andNotInPlace(excused);
    }
    if (!drift.isEmpty) {
      this.persons.inc(drift.size);
      const uuids = await uuidsOf(transaction, flip.one.run.projectId, drift);
      this.options.logger.warn(
        { cohort: flip.one.run.cohortId, persons: drift.size, uuids },
        'live membership differed from a calculation',
      );
    }
  };

  private async excused(
    transaction: Transaction,
    { batch, one, at, stored }: Flip,
    scope: BitmapScope,
  ): Promise<Bitmap[]> {
    const stretch = { after: new Date(at.getTime() - SWEEP_LATENESS_MS), upTo: at };
    const byTime = scope.track(await movedByTime(transaction, batch, [one], stretch));
    const changes = await transaction.query<{ persons: Buffer }>(ON_THEIR_WAY, [batch.projectId, this.options.graceMs]);
    const references = await transaction.query<{ entered: Buffer; left_: Buffer }>(MOVED_IN_REFERENCES, [
      batch.projectId,
      one.references,
      stored.lastCalculation,
    ]);
    const moved = references.rows.flatMap(({ entered, left_ }) => [entered, left_]);
    const bitmaps = [...changes.rows.map(({ persons }) => persons), ...moved];
    return [byTime, batch.asOf.foreseen.persons, ...bitmaps.map((bytes) => scope.deserialize(bytes))];
  }
}

async function uuidsOf(transaction: Transaction, projectId: number, persons: Bitmap): Promise<string[]> {
  const { rows } = await transaction.query<{ uuid: string }>(
    'SELECT uuid FROM person WHERE project_id = $1 AND ordinal = ANY($2::int[]) LIMIT $3',
    [projectId, persons.toArray().slice(0, NAMED), NAMED],
  );
  return rows.map(({ uuid }) => uuid);
}
