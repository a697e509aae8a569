import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';

import { CapturedEvent, CohortMembershipChanged, PersonChanged } from '#contracts';

import { checkOf } from './compile-check.js';

const uuid = '8238d46d-cdd0-4a43-869f-e67b6d046599';
const at = '2026-02-10T00:30:00.000Z';
const GOOD: [new () => object, Record<string, unknown>][] = [
  [CapturedEvent, { project_id: 1, uuid, distinct_id: 'a', event: 'seen', timestamp: at, properties: { a: 1 } }],
  [
    PersonChanged,
    {
      schema_version: 1,
      project_id: 1,
      block: 0,
      at,
      persons: [{ ordinal: 1, uuid, events: ['seen'], properties: [] }],
    },
  ],
  [
    CohortMembershipChanged,
    {
      ...{ schema_version: 1, project_id: 1, cohort_id: 2, version: 1, chunk: 0, revision: 1, part: 1, parts: 1 },
      ...{ reason: 'calculation', at, entered: [uuid], left: [] },
    },
  ],
];

const strange = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    'text',
    uuid,
    at,
    0,
    -1,
    1,
    1.5,
    Infinity,
    true,
    [],
    [uuid],
    ['x'],
    [{}],
    {},
    '2026-13-45',
  ),
  fc.jsonValue() as fc.Arbitrary<unknown>,
);

describe('the compiled check', () => {
  it.each(GOOD)('agrees with class-validator on %p, whatever is changed in a good message', (message, good) => {
    expect(checkOf(message)(good)).toBeUndefined();
    const field = fc.constantFrom(...Object.keys(good), 'ordinal', 'unknown');
    fc.assert(
      fc.property(field, strange, fc.boolean(), (name, value, isInside) => {
        const persons = good['persons'] as object[] | undefined;
        const changed =
          isInside && persons ? { ...good, persons: [{ ...persons[0], [name]: value }] } : { ...good, [name]: value };
        const errors = validateSync(plainToInstance(message, changed));
        expect(checkOf(message)(changed) === undefined).toBe(errors.length === 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('says what is wrong, and where', () => {
    expect(checkOf(CapturedEvent)({ project_id: 'one', distinct_id: 'a', event: 'e' })).toContain(
      'project_id must be an integer',
    );
    const [, good] = GOOD[1]!;
    const problem = checkOf(PersonChanged)({
      ...good,
      persons: [{ ordinal: 1, uuid: 'no', events: [], properties: [] }],
    });
    expect(problem).toContain('uuid must be a UUID');
    expect(problem).toContain('persons');
  });
});
