import { restMs } from './rest.js';

const { signal } = new AbortController();
const run = { isBehind: false, mayGoOn: true, signal };
const policy = { times: 2, atMostMs: 200 };

describe('a rest after a batch', () => {
  it.each([
    [0, 0],
    [30, 60],
    [100, 200],
    [5_000, 200],
  ])('that took %d ms lasts %d', (tookMs, expected) => {
    expect(restMs(tookMs, [run, run], policy)).toBe(expected);
  });

  it('is none while one partition is behind, or when the group hands out its partitions anew', () => {
    expect(restMs(30, [run, { ...run, isBehind: true }], policy)).toBe(0);
    expect(restMs(30, [{ ...run, mayGoOn: false }, run], policy)).toBe(0);
  });

  it('is none where none is asked for', () => {
    expect(restMs(30, [run], { times: 0, atMostMs: 0 })).toBe(0);
  });
});
