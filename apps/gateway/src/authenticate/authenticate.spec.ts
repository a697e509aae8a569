import { missingScope, type Scope } from './scopes.js';
import { TtlCache } from './ttl-cache.js';

describe('the scopes of a key', () => {
  it.each<[string[], Scope[], Scope | undefined]>([
    [['cohort:read'], ['cohort:read'], undefined],
    [['cohort:write'], ['cohort:read'], undefined],
    [['cohort:read'], ['cohort:write'], 'cohort:write'],
    [['*'], ['cohort:write', 'person:read'], undefined],
    [['cohort:read'], ['cohort:read', 'person:read'], 'person:read'],
    [['cohort:*'], ['cohort:read'], 'cohort:read'],
    [[], ['person:read'], 'person:read'],
  ])('%p asked for %p lack %p', (granted, required, missing) => {
    expect(missingScope(granted, required)).toBe(missing);
  });
});

describe('what is remembered for a while', () => {
  it('is forgotten in time', () => {
    let now = 1_000;
    const cache = new TtlCache<string>(50, () => now);
    cache.set('key', 'value');
    now += 49;
    expect(cache.get('key')).toBe('value');
    now += 1;
    expect(cache.get('key')).toBeUndefined();
  });

  it('makes room for the newest, so that invented keys cannot fill the memory', () => {
    const cache = new TtlCache<number>(50, () => 0);
    for (let key = 0; key <= 10_000; key++) {
      cache.set(String(key), key);
    }
    expect(cache.get('0')).toBeUndefined();
    expect([cache.get('1'), cache.get('10000')]).toEqual([1, 10_000]);
  });
});
