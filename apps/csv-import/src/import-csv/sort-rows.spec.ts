import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { IdKind } from '#csv';

import { Fingerprints } from './fingerprints.js';
import { MAX_REPORTED_ROWS, SortedRows } from './sort-rows.js';

describe('rows are sorted', () => {
  function sort(kind: IdKind, values: readonly string[]): SortedRows {
    const sorted = new SortedRows(kind, new Fingerprints());
    values.forEach((value, index) => {
      sorted.add({ line: index + 1, value, broken: undefined });
    });
    return sorted;
  }

  it('and an id that is there again in another spelling of the same uuid is a duplicate', () => {
    const uuid = randomUUID();
    const spellings = [uuid, uuid.toUpperCase(), uuid.replaceAll('-', ''), uuid.replace('-', ''), ` ${uuid} `];
    for (const first of spellings) {
      const sorted = sort('person_id', [first, ...spellings, `${uuid}0`, uuid.replace('-', '_')]);
      expect([sorted.rows, sorted.ids.length, sorted.duplicates, sorted.invalid]).toEqual([8, 1, 5, 2]);
      expect(sorted.ids.at(0)).toEqual({ line: 1, value: first.trim() });
    }
  });

  it('and distinct ids that differ in case are two', () => {
    expect(sort('distinct_id', ['a', 'A', ' a']).ids.length).toBe(2);
  });

  it('and of each status no more rows are kept than the report names, but all are counted', () => {
    const sorted = sort('distinct_id', ['a', ...Array.from({ length: MAX_REPORTED_ROWS + 1 }, () => 'a'), '']);
    expect([sorted.rows, sorted.duplicates, sorted.invalid]).toEqual([MAX_REPORTED_ROWS + 3, MAX_REPORTED_ROWS + 1, 1]);
    expect(sorted.reported.length).toBe(MAX_REPORTED_ROWS + 1);
  });

  it('and what is reported of a row keeps nothing else of the file in memory', () => {
    const collect = garbageCollector();
    collect();
    const before = process.memoryUsage().heapUsed;
    const sorted = new SortedRows('distinct_id', new Fingerprints());
    for (let line = 1; line <= 1_000; line += 1) {
      const text = Buffer.alloc(65_536, `same ${line} `).toString('latin1');
      sorted.add({ line, value: undefined, broken: text.slice(0, 4_000) });
    }
    collect();
    const growth = process.memoryUsage().heapUsed - before;
    expect(sorted.reported.length).toBe(1_000);
    expect(growth).toBeLessThan(10_000_000);
  });
});

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
