import { useDatabase } from '#testing';

import type { Transaction } from './database.js';
import { together } from './together.js';

const ones = (client: Transaction, number: number) => async () => {
  const { rows } = await client.query<{ one: number }>('SELECT $1::int AS one', [number]);
  return rows[0]?.one;
};
const failing = (client: Transaction, text: string) => async () => {
  await client.query(text);
};

describe.each([
  ['that waits for each answer', false],
  ['that is pipelined', true],
])('what is asked together, on a connection %s', (_, pipelined) => {
  const test = useDatabase({ pipelined });

  it('is answered in its order', async () => {
    const answers = await test.database.transaction((client) =>
      together(client, [ones(client, 1), () => Promise.resolve('two'), ones(client, 3)]),
    );
    expect(answers).toEqual([1, 'two', 3]);
  });

  it('fails with the error that the others follow from, and leaves the transaction to go on from its savepoint', async () => {
    const after = await test.database.transaction(async (client) => {
      await client.query('CREATE TEMPORARY TABLE told (number int) ON COMMIT DROP');
      await client.query('SAVEPOINT before');
      const later = async () => {
        await ones(client, 1)();
        await failing(client, 'SELECT later_than_the_first')();
      };
      const asks = [
        later,
        failing(client, 'INSERT INTO told VALUES (1)'),
        failing(client, 'SELECT 1/0'),
        ones(client, 4),
      ];
      await expect(together(client, asks)).rejects.toMatchObject({ code: pipelined ? '22012' : '42703' });
      await client.query('ROLLBACK TO SAVEPOINT before');
      return (await client.query<{ number: number }>('SELECT number FROM told')).rows;
    });
    expect(after).toEqual([]);
  });

  it('leaves nothing behind when it fails in a transaction', async () => {
    await test.database.pool.query('CREATE TABLE kept (number int)');
    const work = (client: Transaction) =>
      together(client, [failing(client, 'INSERT INTO kept VALUES (1)'), failing(client, 'nonsense'), ones(client, 3)]);
    await expect(test.database.transaction(work)).rejects.toMatchObject({ code: '42601' });
    expect((await test.database.pool.query('SELECT * FROM kept')).rows).toEqual([]);
  });
});

describe('a pipelined connection', () => {
  const test = useDatabase({ pipelined: true });

  it('does not wait for one answer before it sends the next statement', async () => {
    const inTurn: string[] = [];
    await test.database.transaction(async (client) => {
      const slow = client.query('SELECT pg_sleep(0.2)').then(() => inTurn.push('slow'));
      const other = together(client, [ones(client, 1), ones(client, 2)]).then(() => inTurn.push('others'));
      const sent = (client as unknown as { _sentQueryQueue: unknown[] })._sentQueryQueue.length;
      expect(sent).toBe(2);
      await Promise.all([slow, other]);
    });
    expect(inTurn).toEqual(['slow', 'others']);
  });
});
