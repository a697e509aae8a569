import { type Bitmap, type DistinctIdLeaf, type Leaf, type LeafSource, type Moment, OPERATORS } from '#cohort-core';

import type { Transaction } from '../database.js';
import { Bindings } from './bindings.js';
import { bitmapsOfEach } from './bitmaps-of-each.js';
import { matchValues, type ValueScope } from './match-values.js';
import { readOrdinalSets } from './ordinal-sets.js';
import { valuePredicate } from './property-predicate.js';

/** Conditions on distinct ids. A positive one holds when any id of the person meets it, a negative one when every id does. */
export class DistinctIdSource implements LeafSource {
  constructor(
    private readonly client: Transaction,
    private readonly projectId: number,
  ) {}

  answers(leaf: Leaf): leaf is DistinctIdLeaf {
    return leaf.kind === 'distinct_id';
  }

  async matching(leaves: readonly Leaf[], moment: Moment): Promise<readonly Bitmap[]> {
    const own = leaves.filter((candidate) => this.answers(candidate));
    const asks = own.map((leaf) => async () => [await this.match(leaf, moment)]);
    return (await bitmapsOfEach(this.client, asks)).flat();
  }

  private async match(leaf: DistinctIdLeaf, moment: Moment): Promise<Bitmap> {
    const rows = (bindings: Bindings) => `FROM person_distinct_id ${this.ids(moment, bindings)}`;
    const scope: ValueScope = { rows, value: () => 'to_jsonb(distinct_id)' };
    const matched = await matchValues(this.client, [leaf], scope, moment);
    const bindings = new Bindings();
    const predicate = valuePredicate({ value: 'to_jsonb(distinct_id)', bindings }, leaf, matched);
    const text = `SELECT array_agg(ordinal) FROM (
        SELECT ordinal ${rows(bindings)} GROUP BY ordinal HAVING ${holdsOfIds(leaf, predicate)}
      ) AS person GROUP BY ordinal >> 16`;
    const [result] = await readOrdinalSets(this.client, text, bindings.values, 1);
    if (result === undefined) {
      throw new Error('one column gives one set');
    }
    return result;
  }

  private ids({ within }: Moment, bindings: Bindings): string {
    const only = within === null ? '' : `AND ordinal = ANY(${bindings.bind(within.toArray())}::int[])`;
    return `WHERE project_id = ${bindings.bind(this.projectId)} ${only}`;
  }
}

/** The aggregate that tells whether the ids of one person meet the condition. @param predicate whether one id does */
export function holdsOfIds({ operator }: DistinctIdLeaf, predicate: string): string {
  return OPERATORS[operator].negated ? `bool_and(${predicate})` : `bool_or(${predicate})`;
}
