import { readFileSync } from 'node:fs';
import { globSync } from 'node:fs';

import { ADVISORY_LOCKS } from './advisory-locks.js';

describe('advisory locks', () => {
  it('are different numbers', () => {
    const numbers = Object.values(ADVISORY_LOCKS);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('have no number outside the table', () => {
    const sources = globSync('{apps,libs,tools}/**/*.ts').filter((path) => !path.includes('advisory-locks'));
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.filter((path) => /\b4_217_\d+/.test(readFileSync(path, 'utf8')))).toEqual([]);
  });
});
