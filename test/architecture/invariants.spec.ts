import { existsSync, readFileSync } from 'node:fs';

const PAGE = readFileSync('docs/invariants.md', 'utf8').replaceAll(/\s+/g, ' ');
/** `path/to.spec.ts` "title", "title". */
const NAMED = [...PAGE.matchAll(/`([^`]+\.spec\.ts)`((?:,? "[^"]+")*)/g)].map(([, path = '', titles = '']) => ({
  path,
  titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
}));

describe('docs/invariants.md', () => {
  it('names a test for each invariant', () => {
    const invariants = PAGE.split(/ \d+\. \*\*/).slice(1);
    expect(invariants.length).toBeGreaterThanOrEqual(18);
    expect(invariants.filter((text) => !/Tests?: `[^`]+\.spec\.ts`/.test(text))).toEqual([]);
  });

  it.each(NAMED.map(({ path, titles }) => [path, titles] as const))(
    '%s exists and holds what is named',
    (path, titles) => {
      expect(existsSync(path)).toBe(true);
      const spec = readFileSync(path, 'utf8').replaceAll(/\s+/g, ' ');
      for (const title of titles) {
        expect(spec).toContain(title);
      }
    },
  );
});
