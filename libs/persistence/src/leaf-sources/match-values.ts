import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Pool } from 'pg';

import {
  compileValueMatcher,
  isMatchedByValue,
  type MatchingMoment,
  type PropertyCondition,
  type ValueMatcher,
} from '#cohort-core';

import type { Transaction } from '../database.js';
import { Bindings } from './bindings.js';
import { type MatchedValues, textOf } from './property-predicate.js';

/** Where the values of a property lie. */
export interface ValueScope {
  /** The statement's FROM and WHERE; binds what it needs. */
  readonly rows: (bindings: Bindings) => string;
  /** A jsonb expression over a row: the value of the condition's property. */
  readonly value: (condition: PropertyCondition, bindings: Bindings) => string;
}

/**
 * Finds, for each condition of RE2, dates or versions, the distinct stored values that meet it. SQL then compares with those: RE2's
 * meaning exactly, and no pattern that runs for ever (PostgreSQL's own `~` gives neither). Conditions on one key share a reading.
 */
export async function matchValues(
  client: Pool | Transaction,
  conditions: readonly PropertyCondition[],
  scope: ValueScope,
  moment: MatchingMoment,
): Promise<MatchedValues> {
  const matched = new Map<PropertyCondition, readonly string[]>();
  for (const sharing of Map.groupBy(conditions.filter(isMatchedByValue), ({ key }) => key).values()) {
    const bindings = new Bindings();
    const [first] = sharing as [PropertyCondition];
    const value = scope.value(first, bindings);
    const matchers = sharing.map((condition) => compileValueMatcher(condition, moment));
    const passed = await filterEach(client, { value, rows: scope.rows(bindings), bindings }, matchers);
    sharing.forEach((condition, index) => matched.set(condition, passed[index] ?? []));
  }
  return matched;
}

/**
 * As {@link matchValues} where one row is all there is, so that one statement reads the values of all keys.
 * @param row FROM of the row, which has `properties`; binds what it needs
 */
export async function matchValuesOfOne(
  client: Pool | Transaction,
  conditions: readonly PropertyCondition[],
  row: (bindings: Bindings) => string,
  moment: MatchingMoment,
): Promise<MatchedValues> {
  const byKey = Map.groupBy(conditions.filter(isMatchedByValue), ({ key }) => key);
  const matched = new Map<PropertyCondition, readonly string[]>();
  if (byKey.size === 0) {
    return matched;
  }
  const bindings = new Bindings();
  const text = `SELECT key, value::text, ${textOf('value')} FROM (
      SELECT key, properties -> key AS value ${row(bindings)}, unnest(${bindings.bind([...byKey.keys()])}::text[]) AS key
    ) AS stored WHERE ${textOf('value')} IS NOT NULL`;
  const { rows } = await client.query<[string, string, string]>({ text, values: bindings.values, rowMode: 'array' });
  const values = new Map(rows.map(([key, json, stored]) => [key, { json, stored }]));
  for (const [key, sharing] of byKey) {
    const value = values.get(key);
    for (const condition of sharing) {
      const passes = compileValueMatcher(condition, moment);
      matched.set(condition, value !== undefined && passes(readOf(value.json, value.stored)) ? [value.json] : []);
    }
  }
  return matched;
}

export interface StoredRows {
  /** A jsonb expression over a row. */
  readonly value: string;
  /** FROM and WHERE. */
  readonly rows: string;
  readonly bindings: Bindings;
}

/** The distinct stored values that a test of our own lets pass, as JSON text for `= ANY(...::jsonb[])`. */
export async function filterStored(
  client: Pool | Transaction,
  stored: StoredRows,
  passes: ValueMatcher,
): Promise<string[]> {
  const [passed = []] = await filterEach(client, stored, [passes]);
  return passed;
}

/** As {@link filterStored}, for each of some tests. */
async function filterEach(
  client: Pool | Transaction,
  { value, rows, bindings }: StoredRows,
  tests: readonly ValueMatcher[],
): Promise<string[][]> {
  const text = `SELECT value::text, ${textOf('value')} FROM (SELECT DISTINCT ${value} AS value ${rows}) AS stored
    WHERE ${textOf('value')} IS NOT NULL`;
  const result = await client.query<[string, string]>({ text, values: bindings.values, rowMode: 'array' });
  const passed = tests.map((): string[] => []);
  const aTurn = Math.ceil(TESTS_A_TURN / tests.length);
  for (const [index, [json, stored]] of result.rows.entries()) {
    if (index % aTurn === 0) {
      await nextTurn();
    }
    const read = readOf(json, stored);
    tests.forEach((passes, place) => (passes(read) ? passed[place]?.push(json) : undefined));
  }
  return passed;
}

/** A million dates take some seconds: leases, heartbeats and other requests need their turns in between. */
const TESTS_A_TURN = 1_000;

const NUMBER = /^[-\d]/;

function readOf(json: string, text: string): Parameters<ValueMatcher>[0] {
  return { text, isNumber: NUMBER.test(json) };
}
