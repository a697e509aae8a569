import type { JsonObject } from '#contracts';

import type { Interval, RelativeDate } from './dates.js';
import { MAX_AMOUNT } from './dates.js';
import { DefinitionError, join } from './definition-error.js';
import { checkIgnoredCount, parseCount, parseMatcher, parseNextMatcher } from './event-matcher.js';
import { intervalField, parseEventWindow } from './event-window.js';
import { integerField } from './fields.js';
import type { EventLeaf } from './filter-node.js';

type Meaning = EventLeaf extends infer L ? (L extends EventLeaf ? Omit<L, 'negation' | 'path'> : never) : never;

interface BehaviorExample {
  /** The fields beside `key` (`buy`) and `event_type` (`events`). */
  readonly fields: JsonObject;
  /** Days ago on which a member did it, and on which somebody else did, who is none; `[days, event]` for another event. */
  readonly matches: readonly Did[];
  readonly differs: readonly Did[];
}

type Did = number | readonly [number, string];

/** What a person did: how the leaf is read, and how it is told in docs/reference/filters.md. */
export interface Behavior {
  readonly meaning: string;
  /** For docs/reference/filters.md; a test runs it. */
  readonly example: BehaviorExample;
  parse(leaf: JsonObject, path: string): Meaning;
}

const AMOUNTS = { min: 1, max: MAX_AMOUNT - 1 };
const MAX_PERIODS = 1_000;
/** All periods together; further back the calendars of Temporal and PostgreSQL end. */
const MAX_YEARS_OF_PERIODS = 1_000;
const PER_YEAR: Readonly<Record<Interval, number>> = {
  minute: 525_600,
  hour: 8_760,
  day: 365,
  week: 52,
  month: 12,
  year: 1,
};

function relativeField(leaf: JsonObject, fields: { value: string; interval: string }, path: string): RelativeDate {
  const amount = integerField(leaf, fields.value, path, AMOUNTS);
  return { type: 'relative', amount, unit: intervalField(leaf, fields.interval, path) };
}

function spanField(leaf: JsonObject, fields: { value: string; interval: string }, path: string) {
  const amount = integerField(leaf, fields.value, path, AMOUNTS);
  return { amount, unit: intervalField(leaf, fields.interval, path) };
}

const TIME = { value: 'time_value', interval: 'time_interval' };
const SEQ_TIME = { value: 'seq_time_value', interval: 'seq_time_interval' };

const multiple: Behavior = {
  meaning:
    'the number of matching events in the rolling window satisfies operator (gte, lte, gt, lt, eq; default eq) and operator_value; persons without any are never looked at',
  example: {
    fields: { time_value: 30, time_interval: 'day', operator: 'gte', operator_value: 3 },
    matches: [1, 2, 29],
    differs: [1, 2, 31],
  },
  parse: (leaf, path) => ({
    kind: 'performed_event_multiple',
    matcher: parseMatcher(leaf, path),
    window: parseEventWindow(leaf, path),
    count: parseCount(leaf, path),
  }),
};

function parseRegularly(leaf: JsonObject, path: string): Meaning {
  const totalPeriods = integerField(leaf, 'total_periods', path, { min: 1, max: MAX_PERIODS });
  const minPeriods = integerField(leaf, 'min_periods', path, { min: 1, max: MAX_PERIODS });
  if (minPeriods > totalPeriods) {
    throw new DefinitionError(
      join(path, 'min_periods'),
      `min_periods (${minPeriods}) cannot be greater than total_periods (${totalPeriods})`,
    );
  }
  const period = spanField(leaf, TIME, path);
  if (period.amount * totalPeriods > MAX_YEARS_OF_PERIODS * PER_YEAR[period.unit]) {
    throw new DefinitionError(
      join(path, 'total_periods'),
      `total_periods x time_value may reach back ${MAX_YEARS_OF_PERIODS} years at most`,
    );
  }
  return {
    kind: 'performed_event_regularly',
    matcher: { ...parseMatcher(leaf, path), filters: [] },
    period,
    totalPeriods,
    minPeriods,
    count: parseCount(leaf, path),
  };
}

/** Behaviors: the table that the parser and the documentation share. */
export const BEHAVIORS: Readonly<Record<string, Behavior>> = {
  performed_event: {
    meaning: 'at least one matching event in the window',
    example: { fields: { time_value: 30, time_interval: 'day' }, matches: [30], differs: [31] },
    parse: (leaf, path) => {
      checkIgnoredCount(leaf, path);
      return { kind: 'performed_event', matcher: parseMatcher(leaf, path), window: parseEventWindow(leaf, path) };
    },
  },
  performed_event_multiple: multiple,
  performed_event_multiple_times: { ...multiple, meaning: 'another name of performed_event_multiple' },
  performed_event_first_time: {
    meaning:
      'the first occurrence ever (up to the end of today) lies in the window, and itself satisfies the event filters',
    example: { fields: { time_value: 7, time_interval: 'day' }, matches: [3], differs: [3, 100] },
    parse: (leaf, path) => ({
      kind: 'performed_event_first_time',
      matcher: parseMatcher(leaf, path),
      window: parseEventWindow(leaf, path),
    }),
  },
  performed_event_sequence: {
    meaning: 'the event, then seq_event strictly later and at most seq_time later, both in the window',
    example: {
      fields: {
        time_value: 30,
        time_interval: 'day',
        seq_event: 'renew',
        seq_event_type: 'events',
        seq_time_value: 2,
        seq_time_interval: 'day',
      },
      matches: [10, [9, 'renew']],
      differs: [[10, 'renew'], 9],
    },
    parse: (leaf, path) => ({
      kind: 'performed_event_sequence',
      matcher: { ...parseMatcher(leaf, path), filters: [] },
      window: parseEventWindow(leaf, path),
      next: parseNextMatcher(leaf, path),
      gap: spanField(leaf, SEQ_TIME, path),
    }),
  },
  performed_event_regularly: {
    meaning:
      'at least min_periods of the last total_periods periods of time_value x time_interval have a count that satisfies operator and operator_value; today is in none',
    example: {
      fields: {
        time_value: 1,
        time_interval: 'week',
        operator: 'gte',
        operator_value: 1,
        min_periods: 3,
        total_periods: 4,
      },
      matches: [3, 10, 17],
      differs: [1, 2, 3, 10],
    },
    parse: parseRegularly,
  },
  stopped_performing_event: {
    meaning: 'did it in the time window, and not in the shorter seq_time window',
    example: {
      fields: { time_value: 30, time_interval: 'day', seq_time_value: 7, seq_time_interval: 'day' },
      matches: [20],
      differs: [20, 3],
    },
    parse: (leaf, path) => ({
      kind: 'stopped_performing_event',
      matcher: parseMatcher(leaf, path),
      window: parseEventWindow(leaf, path),
      recent: relativeField(leaf, SEQ_TIME, path),
    }),
  },
  restarted_performing_event: {
    meaning:
      'did it in the recent seq_time window, for the first time ever before it, and not from time ago to seq_time ago',
    example: {
      fields: { time_value: 30, time_interval: 'day', seq_time_value: 7, seq_time_interval: 'day' },
      matches: [3, 60],
      differs: [3, 20, 60],
    },
    parse: (leaf, path) => ({
      kind: 'restarted_performing_event',
      matcher: { ...parseMatcher(leaf, path), filters: [] },
      quietFrom: relativeField(leaf, TIME, path),
      recent: relativeField(leaf, SEQ_TIME, path),
    }),
  },
};
