import {
  type Bitmap,
  type Leaf,
  type LeafSource,
  type Moment,
  operandInstant,
  type PersonMetadataLeaf,
} from '#cohort-core';

import type { Transaction } from '../database.js';
import { Bindings } from './bindings.js';
import { readOrdinalSets } from './ordinal-sets.js';

const COMPARISONS: Readonly<Record<string, string>> = {
  exact: '=',
  is_date_exact: '=',
  gt: '>',
  is_date_after: '>',
  gte: '>=',
  lt: '<',
  is_date_before: '<',
  lte: '<=',
};

/** Conditions on `created_at`, a moment that every person has. */
export class PersonMetadataSource implements LeafSource {
  constructor(
    private readonly client: Transaction,
    private readonly projectId: number,
  ) {}

  answers(leaf: Leaf): leaf is PersonMetadataLeaf {
    return leaf.kind === 'person_metadata';
  }

  async matching(leaves: readonly Leaf[], moment: Moment): Promise<readonly Bitmap[]> {
    const own = leaves.filter((leaf) => this.answers(leaf));
    const bindings = new Bindings();
    const columns = own.map((leaf) => `array_agg(ordinal) FILTER (WHERE ${predicate(leaf, moment, bindings)})`);
    const only = moment.within === null ? '' : `AND ordinal = ANY(${bindings.bind(moment.within.toArray())}::int[])`;
    const text = `SELECT ${columns.join(', ')} FROM person
      WHERE project_id = ${bindings.bind(this.projectId)} AND merged_into IS NULL AND deleted_at IS NULL ${only}
      GROUP BY ordinal >> 16`;
    return readOrdinalSets(this.client, text, bindings.values, own.length);
  }
}

function predicate(leaf: PersonMetadataLeaf, moment: Moment, bindings: Bindings): string {
  const { operator } = leaf;
  if (operator === 'is_set' || operator === 'is_not_set' || leaf.values.length === 0) {
    return operator === 'is_not_set' ? 'false' : 'true';
  }
  const instants = leaf.values.map((value) => operandInstant(String(value), moment.at, moment.timezone).toString());
  const comparison = COMPARISONS[operator] ?? '=';
  const any = instants.map((instant) => `created_at ${comparison} ${bindings.bind(instant)}::timestamptz`).join(' OR ');
  return operator === 'is_not' ? `NOT (${any})` : `(${any})`;
}
