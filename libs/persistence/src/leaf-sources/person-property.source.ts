import type { Bitmap, Leaf, LeafSource, Moment, PersonLeaf } from '#cohort-core';

import type { Transaction } from '../database.js';
import { Bindings } from './bindings.js';
import { readOrdinalSets } from './ordinal-sets.js';
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
    const results: Bitmap[] = [];
    for (let start = 0; start < own.length; start += LEAVES_PER_SCAN) {
      results.push(...(await this.scan(own.slice(start, start + LEAVES_PER_SCAN), moment)));
    }
    return results;
  }

  /** One row a block of ordinals, so that no array grows past 65,536. */
  private async scan(leaves: readonly PersonLeaf[], moment: Moment): Promise<Bitmap[]> {
    const bindings = new Bindings();
    const project = bindings.bind(this.projectId);
    const columns = leaves.map(
      (leaf) => `array_agg(ordinal) FILTER (WHERE ${propertyPredicate('properties', leaf, bindings)})`,
    );
    const within = moment.within === null ? '' : `AND ordinal = ANY(${bindings.bind(moment.within.toArray())}::int[])`;
    const text = `SELECT ${columns.join(', ')} FROM person
      WHERE project_id = ${project} AND merged_into IS NULL AND deleted_at IS NULL ${within} GROUP BY ordinal >> 16`;
    return readOrdinalSets(this.client, text, bindings.values, leaves.length);
  }
}
