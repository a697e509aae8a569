import { randomUUID } from 'node:crypto';

import { TOPICS } from '#contracts';
import { useDatabase } from '#testing';

import { appendToOutbox, outboxInsert } from './append-to-outbox.js';

const db = useDatabase();

function message(cohortId: number): object {
  return { schema_version: 1, project_id: 7, cohort_id: cohortId, name: 'Zoë "\u{1f600}"' };
}

function append(cohortId: number, rest: object = {}) {
  return { topic: TOPICS.cohortCreated, key: `7:${cohortId}`, projectId: 7, message: message(cohortId), ...rest };
}

interface Row {
  id: string;
  aggregatetype: string;
  aggregateid: string;
  type: string;
  payload: string;
  headers: object;
  project_id: number;
  created_at: Date;
}

async function rows(): Promise<Row[]> {
  const columns = 'id, aggregatetype, aggregateid, type, payload::text, headers, project_id, created_at';
  return (await db.database.pool.query<Row>(`SELECT ${columns} FROM outbox ORDER BY position`)).rows;
}

beforeEach(async () => {
  await db.database.pool.query('TRUNCATE outbox');
});

describe('appendToOutbox', () => {
  it('writes what Debezium expects and keeps the text of the message', async () => {
    const id = randomUUID();
    const time = new Date('2026-03-01T10:00:00.000Z');
    await db.database.transaction((transaction) =>
      appendToOutbox(transaction, [append(3, { id, time, headers: { traceparent: '00-a-b-01' } })]),
    );
    expect(await rows()).toEqual([
      {
        id,
        aggregatetype: 'cohort.created',
        aggregateid: '7:3',
        type: 'cohort.created',
        payload: JSON.stringify(message(3)),
        headers: { traceparent: '00-a-b-01' },
        project_id: 7,
        created_at: time,
      },
    ]);
  });

  it('keeps the order of the messages and gives each an id of its own', async () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => index + 1);
    await db.database.transaction((transaction) =>
      appendToOutbox(
        transaction,
        ids.map((id) => append(id)),
      ),
    );
    const written = await rows();
    expect(written.map((row) => row.aggregateid)).toEqual(ids.map((id) => `7:${id}`));
    expect(new Set(written.map((row) => row.id)).size).toBe(2_000);
  });

  it('leaves nothing when the transaction rolls back', async () => {
    const rolledBack = db.database.transaction(async (transaction) => {
      await appendToOutbox(transaction, [append(1)]);
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    expect(await rows()).toEqual([]);
  });

  it('sends no statement for no message', async () => {
    const transaction = { query: () => Promise.reject(new Error('a statement was sent')) };
    await expect(appendToOutbox(transaction as never, [])).resolves.toBeUndefined();
  });
});

describe('outboxInsert', () => {
  it('ends a statement that writes the state, in one round trip', async () => {
    const source = `SELECT NULL::uuid, 'cohort.created', '7:' || made.id, json_build_object('cohort_id', made.id), NULL::jsonb, 7, NULL::timestamptz FROM made`;
    const { rowCount } = await db.database.pool.query(
      `WITH made AS (SELECT id FROM generate_series(1, 3) AS id) ${outboxInsert(source)}`,
    );
    expect(rowCount).toBe(3);
    const written = await rows();
    expect(written.map((row) => row.aggregateid)).toEqual(['7:1', '7:2', '7:3']);
    expect(JSON.parse(written[2]?.payload ?? '')).toEqual({ cohort_id: 3 });
    expect(written.every((row) => row.id.length === 36)).toBe(true);
  });
});
