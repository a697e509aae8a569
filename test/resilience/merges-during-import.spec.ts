import { eventually, useStack } from '#testing';

import { insertPersons } from '../support/insert-persons.js';
import { MusterApi } from '../support/muster-api.js';
import { storedMembers } from '../support/replay-membership.js';
import { Uploads } from '../support/upload.js';

/** Of every mode; the even ones are merged away, each into the next. */
const PERSONS = 2_000;
const IN_FILE = 1_500;
const MERGES_A_BATCH = 50;
const DELETED_EVERY = 100;

const WHO_THEY_BECAME = `
  WITH RECURSIVE follow (ordinal) AS (
    SELECT unnest($2::int[])
    UNION SELECT p.merged_into FROM follow JOIN person p ON p.project_id = $1 AND p.ordinal = follow.ordinal WHERE p.merged_into IS NOT NULL
  )
  SELECT p.uuid FROM follow JOIN person p ON p.project_id = $1 AND p.ordinal = follow.ordinal
  WHERE p.merged_into IS NULL AND p.deleted_at IS NULL ORDER BY p.uuid`;

describe('persons are merged and deleted while a file is imported', () => {
  const stack = useStack(['gateway', 'csv-import', 'ingestion'], { CSV_IMPORT_BATCH_ROWS: '25' });
  const api = new MusterApi(stack);
  const uploads = new Uploads(stack);
  let uuids: string[];

  beforeAll(async () => {
    uuids = await insertPersons(stack.database, stack.project.id, 3 * PERSONS);
  }, 60_000);

  /** Even ordinals: merged away, or (few of them) deleted. */
  const losers = (from: number, to: number) => Array.from({ length: (to - from) / 2 }, (_, index) => from + 2 * index);
  const whoTheyBecame = async (ordinals: readonly number[]) => {
    const { rows } = await stack.database.pool.query<{ uuid: string }>(WHO_THEY_BECAME, [stack.project.id, ordinals]);
    return rows.map(({ uuid }) => uuid);
  };
  const isDeleted = (ordinal: number) => ordinal % DELETED_EVERY === 0;

  /** Merges all that shall be merged, and deletes the others; ends when ingestion has done it. */
  async function stirUp(ordinals: readonly number[]): Promise<void> {
    const merged = ordinals.filter((ordinal) => !isDeleted(ordinal));
    for (let start = 0; start < merged.length; start += MERGES_A_BATCH) {
      const batch = merged.slice(start, start + MERGES_A_BATCH).map((ordinal) => ({
        event: '$merge_dangerously',
        distinct_id: `p${ordinal + 1}`,
        properties: { alias: `p${ordinal}` },
      }));
      await api.capture(batch);
    }
    for (const ordinal of ordinals.filter(isDeleted)) {
      expect((await api.request('DELETE', `persons/${uuids[ordinal]}/`)).status).toBe(202);
    }
    await eventually(
      async () => {
        const { rows } = await stack.database.pool.query<{ gone: number }>(
          `SELECT count(*)::int AS gone FROM person
           WHERE project_id = $1 AND ordinal = ANY($2::int[]) AND (merged_into IS NOT NULL OR deleted_at IS NOT NULL)`,
          [stack.project.id, ordinals],
        );
        expect(rows[0]?.gone).toBe(ordinals.length);
      },
      { withinMs: 60_000 },
    );
  }

  it.each(['append', 'replace', 'remove'])(
    'and its list holds whom they became, in mode %s',
    async (mode) => {
      const from = ['append', 'replace', 'remove'].indexOf(mode) * PERSONS;
      const all = losers(from, from + PERSONS);
      const named = losers(from, from + IN_FILE);
      const others = all.slice(named.length);
      const csvOf = (ordinals: readonly number[]) =>
        ['name,distinct_id', ...ordinals.map((one) => `n,p${one}`)].join('\n');
      const { id } = await uploads.import(csvOf(mode === 'remove' ? all : others));
      const answer = await uploads.add(id, csvOf(named), { csv_mode: mode });
      expect(answer.status).toBe(200);
      await Promise.all([stirUp(all), uploads.done(id, 60_000)]);
      const expected = { append: all, replace: named, remove: others }[mode]!;
      expect(await storedMembers(stack.database, id)).toEqual(await whoTheyBecame(expected));
      const cohort = await api.calculated(id);
      expect(cohort.count).toBe((await whoTheyBecame(expected)).length);
    },
    120_000,
  );
});
