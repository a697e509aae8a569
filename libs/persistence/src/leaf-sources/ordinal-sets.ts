import type { CustomTypesConfig, Pool } from 'pg';

import { type Bitmap, bitmapOf } from '#cohort-core';

import type { Transaction } from '../database.js';

/** Values as PostgreSQL's text; pg 8 reads no binary results. */
const AS_TEXT: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

const COMMA = 44;
const ZERO = 48;
const CLOSING_BRACE = 125;

/**
 * Runs a statement whose columns are int4[] of ordinals and gathers each column into a bitmap. The arrays' text is read digit by
 * digit: a million ordinals cost one string of 7 MB, and no JavaScript object each.
 * @returns one bitmap per column; the caller disposes of them
 */
export async function readOrdinalSets(
  client: Transaction,
  text: string,
  values: readonly unknown[],
  columns: number,
): Promise<Bitmap[]> {
  const result = await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array', types: AS_TEXT });
  const sets = Array.from({ length: columns }, () => bitmapOf());
  for (const row of result.rows) {
    row.forEach((array, column) => {
      if (array !== null) {
        sets[column]?.addMany(parseOrdinals(array));
      }
    });
  }
  return sets;
}

/** Runs a statement whose rows are a number and an int4[] of ordinals. @returns number → bitmap; the caller disposes of them */
export async function readNumberedSets(
  client: Transaction,
  text: string,
  values: readonly unknown[],
): Promise<Map<number, Bitmap>> {
  const result = await client.query<[string, string]>({ text, values: [...values], rowMode: 'array', types: AS_TEXT });
  const sets = new Map<number, Bitmap>();
  for (const [number, array] of result.rows) {
    const set = sets.get(Number(number)) ?? bitmapOf();
    set.addMany(parseOrdinals(array));
    sets.set(Number(number), set);
  }
  return sets;
}

/** @param array `{1,2,3}`, never empty: array_agg of nothing is NULL */
function parseOrdinals(array: string): Uint32Array {
  const ordinals = new Uint32Array(array.length / 2);
  let count = 0;
  let ordinal = 0;
  let last = 0;
  let isAscending = true;
  for (let index = 1; index < array.length; index += 1) {
    const code = array.charCodeAt(index);
    if (code === COMMA || code === CLOSING_BRACE) {
      ordinals[count] = ordinal;
      count += 1;
      isAscending &&= ordinal >= last;
      last = ordinal;
      ordinal = 0;
    } else {
      ordinal = ordinal * 10 + code - ZERO;
    }
  }
  const parsed = ordinals.subarray(0, count);
  // A bitmap takes ordinals in order four times as fast (a quarter of a million: 42 ms with the sorting, 184 without).
  return isAscending ? parsed : parsed.sort();
}

/** Reads rows of one bytea column. */
export async function readBytes(
  client: Pool | Transaction,
  text: string,
  values: readonly unknown[],
): Promise<Buffer[]> {
  const result = await client.query<[Buffer]>({ text, values: [...values], rowMode: 'array' });
  return result.rows.map(([bytes]) => bytes);
}
