import { bitmapOf, instantOf, type OperatorName, type Scalar } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

import { PersonPropertySource } from './person-property.source.js';

/** One person a row; her ordinal is the index. */
const PERSONS: readonly object[] = [
  { plan: 'pro' },
  { plan: 'Pro' },
  { plan: 'free', seats: 30 },
  { plan: 'free', seats: '30' },
  { plan: 'free', seats: 9 },
  { plan: null },
  {},
  { plan: '' },
  { plan: 'a%b_c' },
  { seats: true, tags: ['a', 'b'] },
  { plan: 'null', seats: 30.5 },
  { plan: 'ÄRGER', seats: '100' },
];
const ALL = PERSONS.map((_, ordinal) => ordinal);
const without = (...ordinals: number[]) => ALL.filter((ordinal) => !ordinals.includes(ordinal));

describe('PersonPropertySource', () => {
  const test = useDatabase();
  let projectId: number;

  beforeAll(async () => {
    projectId = (await createTestProject(test.database)).id;
    await test.database.pool.query(
      `INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
       SELECT $1, index - 1, gen_random_uuid(), json, now() FROM unnest($2::jsonb[]) WITH ORDINALITY AS row (json, index)`,
      [projectId, PERSONS.map((properties) => JSON.stringify(properties))],
    );
  });

  async function matching(key: string, operator: OperatorName, value?: Scalar | Scalar[], within?: number[]) {
    const values = value === undefined ? [] : [value].flat();
    return test.database.transaction(async (transaction) => {
      const source = new PersonPropertySource(transaction, projectId);
      const leaf = { kind: 'person', path: 'leaf', negation: false, key, operator, values } as const;
      const moment = {
        at: instantOf('2024-01-01T00:00:00Z'),
        timezone: 'UTC',
        within: within ? bitmapOf(within) : null,
      };
      const [matches] = await source.matching([leaf], moment);
      return matches?.toArray();
    });
  }

  it.each<[string, OperatorName, Scalar | Scalar[] | undefined, number[]]>([
    ['plan', 'exact', 'pro', [0]],
    ['plan', 'exact', ['pro', 'Pro', 'nobody'], [0, 1]],
    ['plan', 'exact', 'null', [10]],
    ['plan', 'exact', '', [7]],
    ['plan', 'exact', "'; DROP TABLE person; --", []],
    ['seats', 'exact', 30, [2, 3]],
    ['seats', 'exact', '30', [2, 3]],
    ['seats', 'exact', '30.0', [2]],
    ['seats', 'exact', 'true', [9]],
    ['seats', 'exact', true, [9]],
    ['seats', 'exact', '1e400', []],
    ['plan', 'exact', [], ALL],
    ['plan', 'is_not', 'pro', without(0)],
    ['plan', 'is_not', ['pro', 'Pro'], without(0, 1)],
    ['seats', 'is_not', 30, without(2, 3)],
    ['plan', 'icontains', 'PRO', [0, 1]],
    ['plan', 'icontains', '%', [8]],
    ['plan', 'icontains', '_', [8]],
    ['plan', 'icontains', 'ärg', [11]],
    ['plan', 'icontains', ['pro', 'fre'], [0, 1, 2, 3, 4]],
    ['tags', 'icontains', 'a', [9]],
    ['tags', 'exact', 'a', []],
    ['plan', 'is_set', undefined, without(5, 6, 9)],
    ['plan', 'is_not_set', undefined, [5, 6, 9]],
    ['seats', 'gt', 9, [2, 9, 10]],
    ['seats', 'gt', 30, [9, 10]],
    ['seats', 'gte', 30, [2, 3, 9, 10]],
    ['seats', 'lt', 10, [4]],
    ['seats', 'lte', 9, [3, 4, 11]],
    ['seats', 'lt', 'abc', [3, 11]],
    ['plan', 'gt', 'free', [0, 10, 11]],
  ])('%s %s %j', async (key, operator, value, expected) => {
    expect(await matching(key, operator, value)).toEqual([...expected].sort((a, b) => a - b));
  });

  it('looks only at the persons it is asked about', async () => {
    expect(await matching('plan', 'is_set', undefined, [0, 5, 7])).toEqual([0, 7]);
  });

  it('answers many leaves in scans of twenty, in their order', async () => {
    const leaves = Array.from({ length: 45 }, (_, index) => ({
      kind: 'person' as const,
      path: 'leaf',
      negation: false,
      key: 'seats',
      operator: 'exact' as const,
      values: [index],
    }));
    const sizes = await test.database.transaction(async (transaction) => {
      const source = new PersonPropertySource(transaction, projectId);
      const moment = { at: instantOf('2024-01-01T00:00:00Z'), timezone: 'UTC', within: null };
      return (await source.matching(leaves, moment)).map((bitmap) => bitmap.size);
    });
    expect(sizes).toEqual(leaves.map((_, index) => (index === 30 ? 2 : index === 9 ? 1 : 0)));
  });

  it('leaves out the merged, the deleted and the persons of other projects', async () => {
    const other = (await createTestProject(test.database)).id;
    await test.database.pool.query(
      `INSERT INTO person (project_id, ordinal, uuid, properties, created_at, merged_into, deleted_at)
       VALUES ($1, 100, gen_random_uuid(), '{"plan":"pro"}', now(), 0, NULL), ($1, 101, gen_random_uuid(), '{"plan":"pro"}', now(), NULL, now()),
              ($2, 102, gen_random_uuid(), '{"plan":"pro"}', now(), NULL, NULL)`,
      [projectId, other],
    );
    expect(await matching('plan', 'exact', 'pro')).toEqual([0]);
  });
});
