import { useDatabase } from './use-database.js';

describe('the database of a test file', () => {
  const own = useDatabase();
  const other = useDatabase();

  it('is migrated and empty', async () => {
    const projects = await own.database.pool.query('SELECT count(*)::int AS count FROM project');
    expect(projects.rows).toEqual([{ count: 0 }]);
  });

  it('is nobody else’s', async () => {
    await own.database.pool.query("INSERT INTO project (name, token) VALUES ('mine', 'token')");
    const theirs = await other.database.pool.query('SELECT name FROM project');
    expect(theirs.rows).toEqual([]);
  });
});
