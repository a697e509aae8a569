import { bitmapOf, serializeBitmap } from '#cohort-core';
import { createTestProject, useDatabase } from '#testing';

describe('the last migration', () => {
  const test = useDatabase();

  it('goes back and forth while nobody is flipped, and refuses to forget who is', async () => {
    const { dataSource, pool } = test.database;
    const { id } = await createTestProject(test.database);
    const cohort = await pool.query<{ id: number }>(
      `INSERT INTO cohort (project_id, name, version) VALUES ($1, 'live', 1) RETURNING id`,
      [id],
    );
    const members = bitmapOf([1, 2]);
    await pool.query(
      'INSERT INTO cohort_chunk (project_id, cohort_id, chunk, cardinality, revision, bitmap) VALUES ($1, $2, 0, 2, 1, $3)',
      [id, cohort.rows[0]?.id, serializeBitmap(members)],
    );
    await dataSource.undoLastMigration();
    await expect(pool.query('SELECT flipped FROM cohort_chunk')).rejects.toMatchObject({ code: '42703' });
    await dataSource.runMigrations();
    await pool.query('UPDATE cohort_chunk SET flipped = bitmap');
    await expect(dataSource.undoLastMigration()).rejects.toMatchObject({ constraint: 'nobody_is_flipped' });
    expect((await pool.query('SELECT flipped FROM cohort_chunk')).rowCount).toBe(1);
    members.dispose();
  });
});
