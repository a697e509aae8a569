import { BEHAVIORS, OPERATORS, parseFilters } from '#cohort-core';
import { createProject, evaluateInProject } from '#persistence';
import { useDatabase } from '#testing';

import { openIngester } from '../../apps/ingestion/src/testing/open-ingester.js';
import { received } from '../../apps/ingestion/src/testing/received.js';

/** A Sunday noon; docs/reference/filters.md counts its days from any. */
const AT = new Date('2026-02-15T12:00:00Z');
const DAY_MS = 86_400_000;

interface Told {
  readonly distinct_id: string;
  readonly event: string;
  readonly timestamp?: string;
  readonly properties?: Record<string, unknown>;
}

describe('the examples of docs/reference/filters.md', () => {
  const test = useDatabase();

  /** @returns which of `yes` and `no` are members */
  async function members(leaf: object, events: Told[]): Promise<string[]> {
    const { id: projectId } = await createProject(test.database.pool, { name: 'example' });
    const told = events.map((event) =>
      received({ project_id: projectId, received_at: '2026-03-01T00:00:00Z', ...event }),
    );
    await openIngester(test.database).handler.handle(told);
    const { tree } = parseFilters({ properties: { type: 'AND', values: [leaf] } });
    return test.database.transaction(async (transaction) => {
      const question = { projectId, timezone: 'UTC', at: AT, within: null };
      const [bitmap] = await evaluateInProject(transaction, [tree], question);
      const result = await transaction.query<{ distinct_id: string }>(
        'SELECT distinct_id FROM person_distinct_id WHERE project_id = $1 AND ordinal = ANY($2)',
        [projectId, bitmap!.toArray()],
      );
      return result.rows.map(({ distinct_id }) => distinct_id);
    });
  }

  it.each(Object.entries(OPERATORS))('%s', async (operator, { example }) => {
    const leaf = { type: 'person', key: 'property', operator, ...('value' in example ? { value: example.value } : {}) };
    const person = (distinct_id: string, stored: unknown): Told => ({
      distinct_id,
      event: '$set',
      properties: { $set: stored === undefined ? {} : { property: stored } },
    });
    expect(await members(leaf, [person('yes', example.matches), person('no', example.differs)])).toEqual(['yes']);
  });

  it.each(Object.entries(BEHAVIORS))('%s', async (value, { example }) => {
    const leaf = { type: 'behavioral', key: 'buy', event_type: 'events', value, ...example.fields };
    const did = (distinct_id: string, all: typeof example.matches): Told[] =>
      all.map((one) => ({
        distinct_id,
        event: typeof one === 'number' ? 'buy' : one[1],
        timestamp: new Date(AT.getTime() - (typeof one === 'number' ? one : one[0]) * DAY_MS).toISOString(),
      }));
    expect(await members(leaf, [...did('yes', example.matches), ...did('no', example.differs)])).toEqual(['yes']);
  });
});
