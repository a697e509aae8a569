import { useDatabase } from '#testing';

import { copyRows, copyText } from './copy-rows.js';

const test = useDatabase();

describe('COPY', () => {
  it('takes more rows than fit in one piece, in their order, made as they are sent', async () => {
    function* lines() {
      for (let index = 0; index < 1201; index += 1) {
        yield `${index}\t${copyText('a\tb\\c')}`;
      }
    }
    const rows = await test.database.transaction(async (transaction) => {
      await transaction.query('CREATE TEMP TABLE t (place serial, number int, value text) ON COMMIT DROP');
      await copyRows(transaction, 't (number, value)', lines());
      const result = await transaction.query<{ count: number; inOrder: boolean; values: string[] }>(
        `SELECT count(*)::int AS count, bool_and(number = place - 1) AS "inOrder", array_agg(DISTINCT value) AS values FROM t`,
      );
      return result.rows;
    });
    expect(rows).toEqual([{ count: 1201, inOrder: true, values: ['a\tb\\c'] }]);
  });

  it('rejects with what the database says, and leaves the connection usable', async () => {
    const failing = test.database.transaction((transaction) =>
      copyRows(transaction, 'person_change (project_id, persons)', ['1\t\\\\x00', 'no number\t\\\\x00']),
    );
    await expect(failing).rejects.toThrow('invalid input syntax for type integer');
    const result = await test.database.pool.query('SELECT count(*)::int AS count FROM person_change');
    expect(result.rows).toEqual([{ count: 0 }]);
  });

  it('rejects when the connection is cut', async () => {
    const cut = test.database.transaction(async (transaction) => {
      const pid = (await transaction.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
      await test.database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
      await copyRows(transaction, 'person_change (project_id, persons)', ['1\t\\\\x00']);
    });
    // Told by the server as COPY runs, or known to the client already before it starts.
    await expect(cut).rejects.toThrow(/terminat|connection error|ECONNRESET|EPIPE/i);
  });
});
