import { useDatabase } from '#testing';

import { isStatementTimeout } from './postgres-errors.js';
import { inSnapshot } from './snapshot.js';

const COUNT = 'SELECT count(*)::int AS count FROM project';
const NAME = "SELECT current_setting('application_name') AS name";

describe('a snapshot to read in', () => {
  const test = useDatabase();
  const reader = () => ({ database: test.database, statementTimeoutMs: 10_000 });

  it('begins with its first statement and does not move', async () => {
    const addProject = () =>
      test.database.pool.query("INSERT INTO project (name, token) VALUES ('p', gen_random_uuid())");
    const counts = await inSnapshot(reader(), async (snapshot) => {
      await addProject();
      const before = await snapshot.query<{ count: number }>(COUNT);
      await addProject();
      const after = await snapshot.query<{ count: number }>(COUNT);
      return [before.rows[0]?.count, after.rows[0]?.count];
    });
    expect(counts).toEqual([1, 1]);
  });

  it('ends a statement that takes too long', async () => {
    const error: unknown = await inSnapshot({ ...reader(), statementTimeoutMs: 20 }, (snapshot) =>
      snapshot.query('SELECT pg_sleep(60)'),
    ).catch((reason: unknown) => reason);
    expect(isStatementTimeout(error)).toBe(true);
  });

  it('has a name of its own while it lasts', async () => {
    const shown = await inSnapshot({ ...reader(), statementName: 'test:snapshot' }, async (snapshot) => {
      const { rows } = await snapshot.query<{ name: string }>(NAME);
      return rows[0]?.name;
    });
    expect(shown).toBe('test:snapshot');
    const { rows } = await test.database.pool.query<{ name: string }>(NAME);
    expect(rows[0]?.name).not.toBe('test:snapshot');
  });
});
