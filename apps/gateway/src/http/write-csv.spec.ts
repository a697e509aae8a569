import { writeCsv } from './write-csv.js';

describe('writeCsv', () => {
  it.each<[string, unknown, string]>([
    ['text', 'a b', 'a b'],
    ['a comma', 'a,b', '"a,b"'],
    ['quotes', 'say "hi"', '"say ""hi"""'],
    ['a line break', 'a\nb', '"a\nb"'],
    ['nothing', null, ''],
    ['an absent value', undefined, ''],
    ['a number', -1.5, '-1.5'],
    ['a number as text', '-1.5', '-1.5'],
    ['a truth', true, 'true'],
    ['a list', ['=1', 2], '"[""=1"",2]"'],
    ['a formula', '=1+1', "'=1+1"],
    ['a formula with quotes', '=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['a plus', '+49 123', "'+49 123"],
    ['a minus', '-2+3', "'-2+3"],
    ['an at sign', '@SUM(A1)', "'@SUM(A1)"],
    ['a tab', '\tx', "'\tx"],
    ['blanks before a formula', '  =1', "'  =1"],
    ['a full-width formula', '＝1', "'＝1"],
    ['a hyphen inside', 'a-b', 'a-b'],
  ])('writes %s', (_, value, cell) => {
    expect(writeCsv([[value]])).toBe(`${cell}\r\n`);
  });

  it('writes rows', () => {
    expect(
      writeCsv([
        ['a', 'b'],
        [1, null],
      ]),
    ).toBe('a,b\r\n1,\r\n');
  });
});
