import type { Pool, QueryConfig } from 'pg';

import { parseFilters } from '#cohort-core';
import { type JsonObject } from '#contracts';
import { useDatabase } from '#testing';

import { evaluateGivenPerson } from './given-person.js';

const MOMENT = { at: new Date('2026-03-10T12:00:00Z'), timezone: 'UTC' };
const is = (key: string, operator: string, value: unknown) => ({ type: 'person', key, operator, value });

describe('a person who comes with the question', () => {
  const test = useDatabase();
  let statements: number;

  /** @param stored as JSON: a number may have more digits than JavaScript keeps */
  async function matches(conditions: readonly object[], stored: string, sent: JsonObject): Promise<boolean[]> {
    const query = (question: QueryConfig) => {
      statements += 1;
      return test.database.pool.query(question);
    };
    const counting = Object.assign(Object.create(test.database.pool) as Pool, { query });
    const trees = conditions.map((one) => parseFilters({ properties: { type: 'AND', values: [one] } }).tree);
    const properties = [stored, JSON.stringify(sent)] as const;
    const person = { projectId: 1, ordinal: null, distinctId: 'ann', properties, cohortIds: new Set<number>() };
    statements = 0;
    return evaluateGivenPerson(counting, trees, person, MOMENT);
  }

  it('meets patterns, dates and versions of many properties by one reading of their values', async () => {
    const conditions = [
      is('email', 'regex', '@example\\.com$'),
      is('email', 'not_regex', '^ann'),
      is('seen', 'is_date_after', '-1d'),
      is('born', 'is_date_before', '2000-01-01'),
      is('app', 'semver_gte', '1.10.0'),
      is('plan', 'exact', 'pro'),
      is('missing', 'regex', '.'),
      is('missing', 'not_regex', '.'),
      is('nothing', 'regex', '.'),
      is('size', 'regex', '^12345678901234567890$'),
    ];
    const stored =
      '{"email":"ann@example.com","seen":"2026-03-10T08:00:00Z","born":"2001-01-01","app":"1.9.0","size":12345678901234567890}';
    const sent = { app: '1.10.3', plan: 'pro', nothing: null };
    expect(await matches(conditions, stored, sent)).toEqual([
      ...[true, false, true, false, true, true],
      ...[false, true, false, true],
    ]);
    expect(statements).toBe(2);
  });

  it('is asked by one statement when no condition is on the meaning of a value', async () => {
    expect(await matches([is('plan', 'exact', 'pro')], '{"plan":"pro"}', {})).toEqual([true]);
    expect(statements).toBe(1);
  });
});
