import fc from 'fast-check';

import { decideFlag } from './decide-flag.js';
import type { FlagDefinition, FlagGroup } from './flag-definition.js';
import { rolloutFraction } from './rollout-fraction.js';

/**
 * What PostHog's SDKs publish as the vectors that all of them must agree on (`test_simple_flag_consistency` and
 * `test_multivariate_flag_consistency` of posthog-python): the values for `distinct_id_0` to `distinct_id_999`.
 */
const SIMPLE = [
  '0110100101011010001101001011000111100000011011000110000101010110101011001001010010001101101111101100',
  '1111001011100000100111001010010000000011001001100101011100010000110110101101011101001101011001111011',
  '0010100110101000000010110010100010100010010110000100000000000001101011010100011110000011100110000010',
  '1111011100101001110100011010101111100101011101011011111000001010011000101111000011001101111011100110',
  '0100100000000001100100101001000000100000000011100010100010000000100000000101011100011101011000100001',
  '0101101000100110100000011001001110001000010100010110101010010010101010011110100000100100110000111001',
  '0011110001000100111100110101001101111001001101010010000111010010010000101011001011100001101000100001',
  '1100011110110111010010111101010100110010100001010001110001011000001010011011110010010101100010110001',
  '0101101001000111000001001111100000000111001101101010001001001111001011001001101001110000010100000110',
  '1110000111101101010100001111001011000000101011001111001011001110100110001001000111101010101001001011',
].join('');
/** 0 is off, 1 the first variant, and so on. */
const MULTIVARIATE = [
  '2210021000130121004103000111111303210300120112010011121022321012401110120300000015021203300003001103',
  '3032300210010000111000110110000000001111211120212102201000310010000100000001131100100520201315300400',
  '0030030122201311000001112000200101001111313112330210210100151000011202330130010310311012210002001103',
  '0103032100131250010003021000030030013001004432135015011100025211200302503100400200141200013301110101',
  '3300100221110510002314130110311304511000111011210121012011010101000331002311000210130100013300003441',
  '2010213030113000421001401310030101132401000021201011011231110003011131121541204000400300013321210100',
  '0001102001021113200530010001233001031000041000300210023110110023230010010200001030100232411101020000',
  '0100000102000020103001303002012100000200130100000120001150001030020000042120202010110201050110001013',
  '0011005003031133010000010000212105100411004102331100011103330011020020312511015000311241210002300100',
  '0000110301033110202100020301511001000141115000200011001121111131020032301321300110001321110323003101',
].join('');

const VARIANTS = [
  { key: 'first-variant', rolloutPercentage: 50 },
  { key: 'second-variant', rolloutPercentage: 20 },
  { key: 'third-variant', rolloutPercentage: 20 },
  { key: 'fourth-variant', rolloutPercentage: 5 },
  { key: 'fifth-variant', rolloutPercentage: 5 },
];

const group = (rolloutPercentage = 100, variant: string | null = null): FlagGroup => ({
  tree: null,
  rolloutPercentage,
  variant,
});
const flag = (groups: readonly FlagGroup[], rest: Partial<FlagDefinition> = {}): FlagDefinition => ({
  groups,
  variants: [],
  payloads: new Map(),
  ...rest,
});
const decide = (definition: FlagDefinition, met: readonly boolean[] = [true], distinctId = 'jane', key = 'flag') =>
  decideFlag(definition, { key, distinctId, met });

describe('who gets a flag', () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `distinct_id_${index}`);

  it('of a partial rollout is what every PostHog SDK says', () => {
    const simple = flag([group(45)]);
    expect(ids.map((id) => (decide(simple, [true], id, 'simple-flag').enabled ? '1' : '0')).join('')).toBe(SIMPLE);
  });

  it('and which variant, too', () => {
    const multivariate = flag([group(55)], { variants: VARIANTS });
    const places = ids.map((id) => {
      const { enabled, variant } = decide(multivariate, [true], id, 'multivariate-flag');
      return enabled ? VARIANTS.findIndex(({ key }) => key === variant) + 1 : 0;
    });
    expect(places.join('')).toBe(MULTIVARIATE);
  });

  it('stays the same when the rollout grows: nobody who has it loses it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.double({ min: 0, max: 100, noNaN: true }), (key, id, percentage) => {
        const fraction = rolloutFraction(key, id);
        expect(fraction).toBeGreaterThanOrEqual(0);
        expect(fraction).toBeLessThanOrEqual(1);
        const before = decide(flag([group(percentage)]), [true], id, key).enabled;
        expect(before).toBe(percentage === 100 || fraction <= percentage / 100);
        expect(decide(flag([group(Math.min(100, percentage + 10))]), [true], id, key).enabled || !before).toBe(true);
      }),
    );
  });

  it('is nobody without groups, or at 0 %', () => {
    expect(decide(flag([]), [])).toEqual({
      enabled: false,
      variant: null,
      payload: null,
      reason: 'no_condition_match',
      conditionIndex: null,
    });
    expect(decide(flag([group(0)]))).toMatchObject({ enabled: false, reason: 'out_of_rollout_bound' });
  });

  it('is decided by the first group in order that gives it, though a later one names a variant', () => {
    const definition = flag([group(), group(100, 'second-variant')], {
      variants: [{ key: 'a', rolloutPercentage: 100 }],
    });
    expect(decide(definition, [true, true])).toMatchObject({ variant: 'a', conditionIndex: 0 });
    expect(decide(definition, [false, true])).toMatchObject({ variant: 'second-variant', conditionIndex: 1 });
  });

  it('tells the closest miss: a rollout that left her out before conditions that she does not meet', () => {
    const miss = (definition: FlagDefinition, met: readonly boolean[]) => {
      const { enabled, reason, conditionIndex } = decide(definition, met);
      return [enabled, reason, conditionIndex];
    };
    expect(miss(flag([group(), group(0), group()]), [false, true, false])).toEqual([false, 'out_of_rollout_bound', 1]);
    expect(miss(flag([group(), group()]), [false, false])).toEqual([false, 'no_condition_match', 1]);
    expect(miss(flag([group(0), group(0)]), [true, true])).toEqual([false, 'out_of_rollout_bound', 1]);
  });
});

describe('the payload', () => {
  const payloads = new Map<string, unknown>([
    ['true', '{"a": 1}'],
    ['b', 5],
  ]);

  it('is that of the value, and none where the flag is off', () => {
    expect(decide(flag([group()], { payloads })).payload).toBe('{"a": 1}');
    const variants = [{ key: 'b', rolloutPercentage: 100 }];
    expect(decide(flag([group()], { payloads, variants })).payload).toBe(5);
    expect(decide(flag([group(100, 'c')], { payloads, variants })).payload).toBeNull();
    expect(decide(flag([group(0)], { payloads })).payload).toBeNull();
  });
});
