import { CsvInspector } from './inspect-csv.js';
import type { CsvLayout } from './layout/csv-layout.js';

const UTF16_BE = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();

async function inspect(file: string | Buffer, size = 5): Promise<CsvLayout & { stored: string }> {
  const inspector = new CsvInspector();
  const bytes = Buffer.from(file as string);
  const stored: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    stored.push(await inspector.push(bytes.subarray(start, start + size)));
  }
  const { bytes: last, layout } = await inspector.end();
  return { ...layout, stored: Buffer.concat([...stored, last]).toString() };
}

const problem = (file: string | Buffer, size?: number) =>
  inspect(file, size).then(
    () => 'none',
    (error: unknown) => error as object,
  );

describe('the layout of a file', () => {
  it.each([
    ['person_id\na', 'person_id', 0],
    ['Person .id\na', 'person_id', 0],
    [' PERSON-ID \na', 'person_id', 0],
    ['distinct_id\na', 'distinct_id', 0],
    ['Distinct-Id\na', 'distinct_id', 0],
    ['email\na', 'email', 0],
    ['\n \nE-Mail\na', 'email', 0],
    ['email,\na,b', 'email', 0],
    ['email,distinct_id,person_id\n1,2,3', 'person_id', 2],
    ['name,email,distinct-id\n1,2,3', 'distinct_id', 2],
    ['name;email\n1;2', 'email', 1],
    ['name\temail\n1\t2', 'email', 1],
    ['"na,me";email\n1;2', 'email', 1],
    ['email,email\n1,2', 'email', 0],
    ['"Person .id","email"\n1,2', 'person_id', 0],
    ['id,email,name,created_at,distinct_ids.0\n1,2,3,4,5', 'person_id', 0],
  ])('%j has a header: %s in column %i', async (file, kind, column) => {
    expect(await inspect(file)).toMatchObject({ kind, column, hasHeader: true });
  });

  it.each(['user-1\nuser-2', 'User ID,\nx', '0', '5" pipe\nb', '__proto__\na', 'id\nuser-1'])(
    '%j has none: the first row is a distinct id',
    async (file) => {
      expect(await inspect(file)).toMatchObject({ kind: 'distinct_id', column: 0, hasHeader: false });
    },
  );

  it('is the same whatever the encoding, which ends here', async () => {
    const text = 'näme;email\nx;zoë@example.com\n';
    const files = [text, `\ufeff${text}`, Buffer.from(`\ufeff${text}`, 'utf16le'), UTF16_BE(text)];
    for (const file of files) {
      expect(await inspect(file, 3)).toEqual({
        separator: ';',
        kind: 'email',
        column: 1,
        hasHeader: true,
        stored: text,
      });
    }
  });

  it('stores the bytes as they came', async () => {
    const text = 'email,"a ""b"""\r"x@y.z","c\r\nd"\r\n\re\r';
    expect((await inspect(text, 1)).stored).toBe(text);
  });
});

describe('a file that is refused', () => {
  it.each([
    ['empty', ''],
    ['empty', '\n\r\n  \n'],
    ['empty', '\ufeff'],
    ['no_ids', 'email\n'],
    ['no_ids', 'name,email\nx,\ny,  \nz\n'],
    ['no_ids', ',,,\n,,\n'],
    ['encoding', Buffer.from([0x61, 0x0a, 0xff, 0x0a])],
    ['encoding', Buffer.from('a\nzoë', 'latin1')],
    ['encoding', Buffer.from('email\na', 'utf16le')],
    ['encoding', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00])],
    ['encoding', Buffer.from('PK\u0003\u0004\u0014\u0000\u0006\u0000', 'latin1')],
    ['encoding', Buffer.from([0x61, 0xc3])],
    ['nul', `distinct_id\n${'user\n'.repeat(9)}us\0er\n`],
    ['open_quote', 'email\n"a@example.com\n'],
  ])('%s: %j', async (expected, file) => {
    expect(await problem(file)).toMatchObject({ problem: expected });
  });

  it('tells which columns were found', async () => {
    expect(await problem('name,age\nx,1')).toMatchObject({ problem: 'no_id_column', columns: ['name', 'age'] });
    expect(await problem('name;age\nx;1')).toMatchObject({ problem: 'no_id_column', columns: ['name', 'age'] });
    expect(await problem('__proto__,constructor\n1,2')).toMatchObject({ columns: ['__proto__', 'constructor'] });
  });

  it('is refused long before its end', async () => {
    const inspector = new CsvInspector();
    const chunk = Buffer.alloc(65_536, 'x');
    const push = async () => {
      await inspector.push(Buffer.from('a\n"'));
      for (let index = 0; index < 17; index += 1) {
        await inspector.push(chunk);
      }
    };
    await expect(push()).rejects.toMatchObject({ problem: 'open_quote' });
  });
});
