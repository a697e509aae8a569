import type { Pool } from 'pg';

import {
  type Bitmap,
  bitmapOf,
  type CohortLeaf,
  type DistinctIdLeaf,
  evaluate,
  type FilterNode,
  instantOf,
  type Leaf,
  type LeafSource,
  type Moment,
  type PersonLeaf,
} from '#cohort-core';

import type { Transaction } from '../database.js';
import { Bindings } from './bindings.js';
import { holdsOfIds } from './distinct-id.source.js';
import { matchValues, matchValuesOfOne } from './match-values.js';
import { piecesOf } from './pieces.js';
import { propertyPredicate, valuePredicate } from './property-predicate.js';

/** What is known of one person, stored or not, at the moment of a question. */
export interface GivenPerson {
  readonly projectId: number;
  /** Null: nobody has the distinct id yet. */
  readonly ordinal: number | null;
  readonly distinctId: string;
  /** JSON texts of objects; what the later one says wins. As text, so that no digit of a number is lost on the way. */
  readonly properties: readonly [stored: string, sent: string];
  /** The cohorts that hold her. */
  readonly cohortIds: ReadonlySet<number>;
}

interface GivenMoment {
  readonly at: Date;
  readonly timezone: string;
}

type Client = Pool | Transaction;

/** In place of her ordinal, which she may not have. */
const SHE = 0;
/** One row is asked, so that many columns cost little. */
const LEAVES_A_STATEMENT = 200;

/**
 * The one evaluator about one person whose facts come with the question: conditions mean what they mean in cohorts. Trees hold
 * leaves on properties, distinct ids and cohorts.
 * @returns for each tree, whether she matches
 */
export async function evaluateGivenPerson(
  client: Client,
  trees: readonly FilterNode[],
  person: GivenPerson,
  { at, timezone }: GivenMoment,
): Promise<boolean[]> {
  const everyone = bitmapOf([SHE]);
  try {
    const sources = [
      new GivenPropertySource(client, person),
      new GivenDistinctIdSource(client, person),
      new GivenCohortSource(person),
    ];
    const matched = await evaluate(trees, { at: instantOf(at), timezone, within: null, everyone, sources });
    return matched.map((bitmap) => {
      const isMatched = bitmap.has(SHE);
      bitmap.dispose();
      return isMatched;
    });
  } finally {
    everyone.dispose();
  }
}

class GivenPropertySource implements LeafSource {
  constructor(
    private readonly client: Client,
    private readonly person: GivenPerson,
  ) {}

  answers(leaf: Leaf): leaf is PersonLeaf {
    return leaf.kind === 'person';
  }

  async matching(leaves: readonly Leaf[], moment: Moment): Promise<readonly Bitmap[]> {
    const own = leaves.filter((leaf) => this.answers(leaf));
    const results: Bitmap[] = [];
    for (const piece of piecesOf(own, LEAVES_A_STATEMENT)) {
      results.push(...(await this.match(piece, moment)));
    }
    return results;
  }

  private async match(leaves: readonly PersonLeaf[], moment: Moment): Promise<Bitmap[]> {
    const [stored, sent] = this.person.properties;
    const rows = (bindings: Bindings) =>
      `FROM (SELECT ${bindings.bind(stored)}::jsonb || ${bindings.bind(sent)}::jsonb AS properties) AS person`;
    const matched = await matchValuesOfOne(this.client, leaves, rows, moment);
    const bindings = new Bindings();
    const columns = leaves.map((leaf) => `(${propertyPredicate('properties', leaf, bindings, matched)}) IS TRUE`);
    return askOne(this.client, `SELECT ${columns.join(', ')} ${rows(bindings)}`, bindings);
  }
}

/** All of her distinct ids, the one that asks among them. */
class GivenDistinctIdSource implements LeafSource {
  constructor(
    private readonly client: Client,
    private readonly person: GivenPerson,
  ) {}

  answers(leaf: Leaf): leaf is DistinctIdLeaf {
    return leaf.kind === 'distinct_id';
  }

  async matching(leaves: readonly Leaf[], moment: Moment): Promise<readonly Bitmap[]> {
    const own = leaves.filter((leaf) => this.answers(leaf));
    const rows = (bindings: Bindings) => this.ids(bindings);
    const matched = await matchValues(this.client, own, { rows, value: () => 'to_jsonb(distinct_id)' }, moment);
    const bindings = new Bindings();
    const target = { value: 'to_jsonb(distinct_id)', bindings };
    const columns = own.map((leaf) => `(${holdsOfIds(leaf, valuePredicate(target, leaf, matched))}) IS TRUE`);
    return askOne(this.client, `SELECT ${columns.join(', ')} ${rows(bindings)}`, bindings);
  }

  private ids(bindings: Bindings): string {
    const { projectId, ordinal, distinctId } = this.person;
    return `FROM (
      SELECT distinct_id FROM person_distinct_id
      WHERE project_id = ${bindings.bind(projectId)} AND ordinal = ${bindings.bind(ordinal)}::int
      UNION SELECT ${bindings.bind(distinctId)}::text
    ) AS ids`;
  }
}

class GivenCohortSource implements LeafSource {
  constructor(private readonly person: GivenPerson) {}

  answers(leaf: Leaf): leaf is CohortLeaf {
    return leaf.kind === 'cohort';
  }

  matching(leaves: readonly Leaf[]): Promise<readonly Bitmap[]> {
    const own = leaves.filter((leaf) => this.answers(leaf));
    return Promise.resolve(own.map(({ cohortId }) => bitmapOf(this.person.cohortIds.has(cohortId) ? [SHE] : [])));
  }
}

/** Runs a statement of one row of booleans. */
async function askOne(client: Client, text: string, bindings: Bindings): Promise<Bitmap[]> {
  const { rows } = await client.query<boolean[]>({ text, values: [...bindings.values], rowMode: 'array' });
  const [row = []] = rows;
  return row.map((isMatched) => bitmapOf(isMatched ? [SHE] : []));
}
