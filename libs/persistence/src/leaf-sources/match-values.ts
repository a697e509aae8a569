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
 * meaning exactly, and no pattern that runs for ever (PostgreSQL's own `~` gives neither).
 */
export async function matchValues(
  client: Pool | Transaction,
  conditions: readonly PropertyCondition[],
  scope: ValueScope,
  moment: MatchingMoment,
): Promise<MatchedValues> {
  const matched = new Map<PropertyCondition, readonly string[]>();
  for (const condition of conditions.filter(isMatchedByValue)) {
    const matches = compileValueMatcher(condition, moment);
    const bindings = new Bindings();
    const value = scope.value(condition, bindings);
    matched.set(condition, await filterStored(client, { value, rows: scope.rows(bindings), bindings }, matches));
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
  { value, rows, bindings }: StoredRows,
  passes: ValueMatcher,
): Promise<string[]> {
  const text = `SELECT value::text, ${textOf('value')} FROM (SELECT DISTINCT ${value} AS value ${rows}) AS stored
    WHERE ${textOf('value')} IS NOT NULL`;
  const result = await client.query<[string, string]>({ text, values: bindings.values, rowMode: 'array' });
  const passed: string[] = [];
  for (const [index, [json, stored]] of result.rows.entries()) {
    if (index % VALUES_A_TURN === 0) {
      await nextTurn();
    }
    if (passes({ text: stored, isNumber: NUMBER.test(json) })) {
      passed.push(json);
    }
  }
  return passed;
}

/** A million dates take some seconds: leases, heartbeats and other requests need their turns in between. */
const VALUES_A_TURN = 1_000;

const NUMBER = /^[-\d]/;
