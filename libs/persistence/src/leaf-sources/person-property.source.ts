import type { Bitmap, Leaf, LeafSource, Moment, PersonLeaf } from '#cohort-core';

import type { Transaction } from '../database.js';
import { Bindings } from './bindings.js';
import { bitmapsOfEach } from './bitmaps-of-each.js';
import { matchValues, type ValueScope } from './match-values.js';
import { readOrdinalSets } from './ordinal-sets.js';
import { piecesOf } from './pieces.js';
import { propertyPredicate } from './property-predicate.js';

/** Leaves answered by one scan: enough to share its cost, few enough to keep the plan and the parameters small. */
const LEAVES_PER_SCAN = 20;

/** Conditions on properties of persons, answered from the table `person`: one scan for many leaves. */
export class PersonPropertySource implements LeafSource {
  constructor(
    private readonly client: Transaction,
    private readonly projectId: number,
  ) {}

  answers(leaf: Leaf): leaf is PersonLeaf {
    return leaf.kind === 'person';
  }

  async matching(leaves: readonly Leaf[], moment: Moment): Promise<readonly Bitmap[]> {
    const own = leaves.filter((leaf) => this.answers(leaf));
    const scans = piecesOf(own, LEAVES_PER_SCAN).map((leaves) => () => this.scan(leaves, moment));
    return (await bitmapsOfEach(this.client, scans)).flat();
  }

  /** One row a block of ordinals, so that no array grows past 65,536. */
  private async scan(leaves: readonly PersonLeaf[], moment: Moment): Promise<Bitmap[]> {
    const rows = (bindings: Bindings) => `FROM person ${this.persons(moment, bindings)}`;
    const scope: ValueScope = { rows, value: ({ key }, bindings) => `(properties -> ${bindings.bind(key)}::text)` };
    const matched = await matchValues(this.client, leaves, scope, moment);
    const bindings = new Bindings();
    const columns = leaves.map(
      (leaf) => `array_agg(ordinal) FILTER (WHERE ${propertyPredicate('properties', leaf, bindings, matched)})`,
    );
    const text = `SELECT ${columns.join(', ')} ${rows(bindings)} GROUP BY ordinal >> 16`;
    return readOrdinalSets(this.client, text, bindings.values, leaves.length);
  }

  private persons({ within }: Moment, bindings: Bindings): string {
    const only = within === null ? '' : `AND ordinal = ANY(${bindings.bind(within.toArray())}::int[])`;
    return `WHERE project_id = ${bindings.bind(this.projectId)} AND merged_into IS NULL AND deleted_at IS NULL ${only}`;
  }
}
