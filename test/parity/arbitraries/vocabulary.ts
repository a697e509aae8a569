import fc from 'fast-check';

import { instantAt, type Place } from './places.js';
import { whenArbitrary } from './whens.js';

const json = (...values: unknown[]): fc.Arbitrary<unknown> => fc.constantFrom(...values);

/** Values of every JSON kind that come close to one another without being the same. */
const PLAIN: Record<string, unknown[]> = {
  plan: ['pro', 'pro', 'free', 'free', 'Pro', 'trial', 'null', ''],
  age: [5, 9, 18, 30, 30, 30.5, 100, -2, '30', '5', '100', 'thirty'],
  vip: [true, true, false, false, 'true', 'True', 1],
  tags: [['a', 'b'], ['a'], [], ['B', 1, null], { b: 1, a: 'x' }, { bb: [true], c: {}, a: 'x' }, 'a', '["a","b"]'],
  version: [
    '1.2.3',
    '1.2.3',
    'v1.2.3',
    '1.2.4-beta',
    '1.3.0',
    '1.10.0+7',
    '2.0.0',
    '0.2.3',
    '0.0.3',
    '1.2',
    '01.2.3',
    2,
  ],
  note: [
    'Ärzte',
    'ÄRZTE',
    'ΟΔΟΣ',
    'οδος',
    '50% off',
    'a_b',
    'axb',
    '🙂 ok',
    'user-42',
    'USER-7',
    'line\nbreak',
    'é',
    'z',
  ],
};

export const PLAIN_KEYS = Object.keys(PLAIN);
export const DATE_KEY = 'joined';

/** What may be stored under a key, the date key aside; also the pool from which filters take their values. */
export function plainValueArbitrary(key: string): fc.Arbitrary<unknown> {
  return json(...(PLAIN[key] ?? ['x']));
}

/** Text values of a key, for the operators that take a text. */
export function textsOf(key: string): string[] {
  return (PLAIN[key] ?? ['x']).filter((value) => typeof value === 'string' && value !== '') as string[];
}

/** Dates as texts with and without offset, as days, as unix seconds; and what is no date. */
export function storedDateArbitrary(place: Place): fc.Arbitrary<unknown> {
  return fc
    .record({ when: whenArbitrary, form: fc.constantFrom('iso', 'day', 'local', 'space', 'unix', 'digits', 'junk') })
    .map(({ when, form }) => writeDate(instantAt(when, place), form));
}

/** The same instant or day, written in one of the forms that are understood. */
export function writeDate(instant: number, form: string): unknown {
  const iso = new Date(instant).toISOString();
  const written: Record<string, unknown> = {
    iso,
    day: iso.slice(0, 10),
    local: iso.slice(0, 19),
    space: iso.slice(0, 16).replace('T', ' '),
    unix: Math.floor(instant / 1000),
    digits: String(Math.floor(instant / 1000)),
    junk: instant % 2 === 0 ? 'soon' : '2026-02-30',
  };
  return written[form];
}

export const ELEMENT_CHAINS = [
  'a.button:attr__href="/x"href="/sign-up"nth-child="1"text="Sign up";div.box:nth-child="2"text="Welcome"',
  'button:nth-child="1"text="Log in";form:nth-child="1"',
  'a:href="/log-in"nth-child="1"text="Log in"',
  'span:nth-child="2"',
];
export const ELEMENT_VALUES: Record<'text' | 'tag_name' | 'href', string[]> = {
  text: ['Sign up', 'Log in', 'Welcome', 'sign UP'],
  tag_name: ['a', 'button', 'form', 'span', 'div'],
  href: ['/sign-up', '/log-in', '/x'],
};

/** Actions that every generated world knows, by id. */
export const ACTIONS = new Map([
  [1, { steps: [{ event: 'buy' }, { event: 'Buy' }] }],
  [
    2,
    {
      steps: [{ event: 'buy', properties: [{ type: 'event', key: 'plan', operator: 'exact', value: ['pro', 'Pro'] }] }],
    },
  ],
  [
    3,
    {
      steps: [
        { event: '$autocapture', properties: [{ type: 'element', key: 'text', operator: 'icontains', value: 'LOG' }] },
        { event: 'view', properties: [{ type: 'event', key: 'age', operator: 'gte', value: 10 }] },
      ],
    },
  ],
]);
