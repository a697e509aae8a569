import { useDatabase } from '#testing';

import { IdList } from './id-list.js';

describe('a list of ids', () => {
  const test = useDatabase();

  async function stored(list: IdList): Promise<string[]> {
    const { rows } = await test.database.pool.query<{ ids: string[] }>('SELECT $1::text[] AS ids', [
      list.toTextArray(),
    ]);
    return rows[0]?.ids ?? [];
  }

  it('is what PostgreSQL reads as text[], and knows each id and its line by its place', async () => {
    const ids = ['a', '', '{"quoted\\", NULL}', 'NULL', 'é€\u{1f600}', 'x'.repeat(100_000), 'two\nlines'];
    const list = new IdList();
    ids.forEach((id, place) => {
      list.add(place * 10, id);
    });
    expect(await stored(list)).toEqual(ids);
    expect(ids.map((_, place) => list.at(place))).toEqual(ids.map((value, place) => ({ line: place * 10, value })));
    expect(list.length).toBe(ids.length);
  });

  it('may be empty, and grows with what is added', async () => {
    const list = new IdList();
    expect(await stored(list)).toEqual([]);
    const ids = Array.from({ length: 30_000 }, (_, number) => `id-${number}`);
    ids.forEach((id, line) => {
      list.add(line, id);
    });
    expect(await stored(list)).toEqual(ids);
    expect(() => list.at(ids.length)).toThrow(RangeError);
  });
});
