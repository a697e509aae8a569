import fc from 'fast-check';

import { type Properties, PropertyChanges } from './property-changes.js';

type Step = { readonly set: Properties } | { readonly once: Properties } | { readonly unset: readonly string[] };

const key = fc.constantFrom('a', 'b', '__proto__', '');
const properties = fc
  .array(fc.tuple(key, fc.integer({ min: 0, max: 3 })), { maxLength: 3 })
  .map((entries): Properties => Object.fromEntries(entries));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ set: properties }),
  fc.record({ once: properties }),
  fc.record({ unset: fc.array(key, { maxLength: 2 }) }),
);

/** One step on real properties. */
function take(stored: Properties, one: Step): Properties {
  const own = new Map(Object.entries(stored));
  if ('set' in one) {
    Object.entries(one.set).forEach(([name, value]) => own.set(name, value));
  } else if ('once' in one) {
    Object.entries(one.once).forEach(([name, value]) => own.set(name, own.has(name) ? own.get(name) : value));
  } else {
    one.unset.forEach((name) => own.delete(name));
  }
  return Object.fromEntries(own);
}

function compose(steps: readonly Step[]): PropertyChanges {
  const changes = new PropertyChanges();
  for (const one of steps) {
    changes.set('set' in one ? one.set : {});
    changes.once('once' in one ? one.once : {});
    changes.unset('unset' in one ? one.unset : []);
  }
  return changes;
}

describe('composed property changes', () => {
  it('end where the single steps end, whatever is stored', () => {
    fc.assert(
      fc.property(properties, fc.array(step, { maxLength: 8 }), (stored, steps) => {
        expect(compose(steps).applyTo(stored)).toEqual(steps.reduce(take, stored));
      }),
    );
  });

  it('say the same in the columns that SQL gets', () => {
    fc.assert(
      fc.property(properties, fc.array(step, { maxLength: 8 }), (stored, steps) => {
        const changes = compose(steps);
        const { once, set, unset } = changes.toColumns();
        const sql = Object.entries({ ...once, ...stored, ...set }).filter(([name]) => !unset.includes(name));
        expect(new Map(sql)).toEqual(new Map(Object.entries(changes.applyTo(stored))));
      }),
    );
  });

  it('name every key they touch', () => {
    const changes = compose([{ set: { a: 1 } }, { once: { b: 1 } }, { unset: ['c'] }]);
    expect([...changes.keys()]).toEqual(['a', 'b', 'c']);
    expect(changes.isEmpty).toBe(false);
    expect(new PropertyChanges().isEmpty).toBe(true);
  });
});
