import fc from 'fast-check';
import type { Pool } from 'pg';

import { useDatabase } from '#testing';

import type { DeltaPart } from './delta-parts.js';
import type { DeltaRow } from './delta-row.js';
import { KnownUuids } from './known-uuids.js';
import { UuidLookup } from './uuid-lookup.js';

const uuidOf = (projectId: number, ordinal: number) =>
  `${String(projectId).padStart(8, '0')}-0000-4000-8000-${String(ordinal).padStart(12, '0')}`;

describe('the names of persons', () => {
  const test = useDatabase();
  let asked: number;

  /** The pool, which counts the ordinals it is asked for. */
  const counting = (server?: () => string): Pool =>
    Object.assign(Object.create(test.database.pool) as Pool, {
      query: async (text: string, values?: unknown[][]) => {
        asked += values?.[1]?.length ?? 0;
        return values === undefined && server !== undefined
          ? { rows: [{ server: server() }] }
          : test.database.pool.query(text, values);
      },
    });
  const part = (projectId: number, entered: number[], left: number[] = []): DeltaPart => ({
    row: { project_id: projectId } as DeltaRow,
    part: 1,
    parts: 1,
    entered: Uint32Array.from(entered),
    left: Uint32Array.from(left),
  });

  beforeAll(async () => {
    await test.database.pool.query(
      `INSERT INTO person (project_id, ordinal, uuid, properties, created_at)
       SELECT project, n, (lpad(project::text, 8, '0') || '-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, '{}', now()
       FROM generate_series(1, 2) AS project, unnest(ARRAY[0, 1, 2, 4095, 4096, 4097, 9000, 70000]) AS n`,
    );
  });
  beforeEach(() => {
    asked = 0;
  });

  it('are those of their ordinals, whatever was asked before and however little is remembered', async () => {
    const ordinal = fc.constantFrom(0, 1, 2, 3, 4095, 4096, 4097, 9000, 70_000);
    const question = fc.record({ project: fc.constantFrom(1, 2), entered: fc.array(ordinal), left: fc.array(ordinal) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(question, { maxLength: 3 }), { maxLength: 5 }),
        fc.constantFrom(0, 1, 2, 100),
        async (batches, buffers) => {
          const lookup = new UuidLookup(test.database.pool, new KnownUuids(buffers));
          for (const batch of batches) {
            const named = await lookup.nameParts(
              batch.map(({ project, entered, left }) => part(project, entered, left)),
            );
            const expected = (project: number) => (one: number) => (one === 3 ? null : uuidOf(project, one));
            expect(named.map(({ entered, left }) => ({ entered, left }))).toEqual(
              batch.map(({ project, entered, left }) => ({
                entered: entered.map(expected(project)),
                left: left.map(expected(project)),
              })),
            );
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are asked for once, those of nobody each time', async () => {
    const lookup = new UuidLookup(counting());
    await lookup.nameParts([part(1, [0, 1, 3])]);
    expect(asked).toBe(3);
    await lookup.nameParts([part(1, [0, 1], [2, 3])]);
    expect(asked).toBe(3 + 2);
  });

  it('are asked for again of another server, which may have given an ordinal to somebody else', async () => {
    let server = 'first';
    const lookup = new UuidLookup(counting(() => server));
    await lookup.nameParts([part(1, [0, 1])]);
    server = 'second';
    await lookup.nameParts([part(1, [0, 1])]);
    expect(asked).toBe(4);
  });
});
