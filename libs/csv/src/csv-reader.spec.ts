import fc from 'fast-check';

import { CsvReader } from './records/csv-reader.js';
import type { CsvRow } from './records/csv-row.js';

const COLUMNS = [0, 1, 2];

/** Reads the text in chunks of `size` bytes, each column by itself. */
async function read(text: string, separator = ',', size = 7): Promise<CsvRow[][]> {
  return Promise.all(COLUMNS.map((column) => readColumn(Buffer.from(text), new CsvReader(separator, column), size)));
}

async function readColumn(bytes: Buffer, reader: CsvReader, size: number): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    rows.push(...(await reader.read(Buffer.from(bytes.subarray(start, start + size)))));
  }
  return [...rows, ...(await reader.end())];
}

/** By row its line and its cells. */
function shown(columns: readonly CsvRow[][]): (readonly [number, string | readonly string[]])[] {
  return (columns[0] ?? []).map(({ line, broken }, row) => {
    const cells = columns.flatMap((rows) => rows[row]?.value ?? []);
    expect(columns.map((rows) => rows[row]?.line)).toEqual(COLUMNS.map(() => line));
    return [line, broken === undefined ? cells : `broken: ${broken}`];
  });
}

describe('CsvReader', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads rows ended by %s, the last one unended, with their lines', async (_name, newline) => {
    expect(shown(await read(['a,b', '', '"c', 'd",e', 'f'].join(newline)))).toEqual([
      [1, ['a', 'b']],
      [3, [`"c${newline}d"`.slice(1, -1), 'e']],
      [5, ['f']],
    ]);
  });

  it('reads rows without quotes as those with quotes beside them, blank lines left out', async () => {
    const plain = ['é,b', '', ' ,', 'c', 'd,e,f,g', ''];
    const rows = [
      [1, ['é', 'b']],
      [4, ['c']],
      [5, ['d', 'e', 'f']],
    ];
    for (const newline of ['\n', '\r\n', '\r']) {
      expect(shown(await read(plain.join(newline), ',', 100))).toEqual([
        ...rows.slice(0, 1),
        [3, [' ', '']],
        ...rows.slice(1),
      ]);
      const mixed = [...plain, '"h",i', 'j'].join(newline);
      expect(shown(await read(mixed, ',', 100))).toEqual([
        ...rows.slice(0, 1),
        [3, [' ', '']],
        ...rows.slice(1),
        [7, ['h', 'i']],
        [8, ['j']],
      ]);
    }
  });

  it('takes a quote in the middle of a cell as a character, and loses no row by it', async () => {
    expect(shown(await read('5" pipe,x\nb,y\n6" "z,1\n'))).toEqual([
      [1, ['5" pipe', 'x']],
      [2, ['b', 'y']],
      [3, ['6" "z', '1']],
    ]);
  });

  it('names a row whose quotes are broken, and goes on behind it', async () => {
    expect(shown(await read('a\n"b"c,d\n"e","f" g\nh\n'))).toEqual([
      [1, ['a']],
      [2, 'broken: "b"c,d'],
      [3, 'broken: "e","f" g'],
      [4, ['h']],
    ]);
  });

  it.each([';', '\t'])('separates by %j', async (separator) => {
    expect(shown(await read(['a', 'b,c'].join(separator), separator))).toEqual([[1, ['a', 'b,c']]]);
  });

  it('refuses a quote that stays open, however much comes, and a record of more than a megabyte', async () => {
    await expect(read('a\n"b\nc\n')).rejects.toMatchObject({ problem: 'open_quote' });
    const megabyte = 'x'.repeat(1024 * 1024);
    await expect(read(`a\n"${megabyte}\nc`, ',', 65_536)).rejects.toMatchObject({ problem: 'open_quote' });
    await expect(read(`a\n${megabyte}\nc`, ',', 65_536)).rejects.toMatchObject({ problem: 'record_too_large' });
    await expect(read(`a\n${','.repeat(10_000)}\n`, ',', 65_536)).rejects.toMatchObject({
      problem: 'too_many_columns',
    });
  });

  it('gives back what a CSV writer wrote, however it is cut into chunks', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ', ';', '\u{1f600}') });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 8 });
    const newlines = fc.constantFrom('\n', '\r\n', '\r');
    await fc.assert(
      fc.asyncProperty(table, newlines, fc.integer({ min: 1, max: 40 }), async (rows, newline, size) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = rows.map((row) => row.map(quote).join(',')).join(newline);
        expect(shown(await read(text, ',', size)).map(([, cells]) => cells)).toEqual(rows);
      }),
      { numRuns: 200 },
    );
  });
});
