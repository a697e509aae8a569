import type { CustomTypesConfig, QueryArrayConfig } from 'pg';

import { type Bitmap, bitmapOf } from '#cohort-core';

import type { Transaction } from '../database.js';

/** int4[] in PostgreSQL's binary form: dimensions, flags, element type, length, lower bound, then (4, value) pairs. */
const ARRAY_HEADER_BYTES = 20;
const ELEMENT_BYTES = 8;
const LENGTH_OFFSET = 12;
const VALUE_OFFSET = 4;

/** Rows as arrays of undecoded bytes. */
function binaryQuery(text: string, values: readonly unknown[]): QueryArrayConfig {
  const raw: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };
  const config = { text, values: [...values], binary: true, rowMode: 'array' as const, types: raw };
  return config;
}

/**
 * Runs a statement whose columns are int4[] of ordinals and gathers each column into a bitmap. Read as bytes:
 * a million ordinals cost 8 MB and no JavaScript objects.
 * @returns one bitmap per column; the caller disposes of them
 */
export async function readOrdinalSets(
  client: Transaction,
  text: string,
  values: readonly unknown[],
  columns: number,
): Promise<Bitmap[]> {
  const result = await client.query<(Buffer | null)[]>(binaryQuery(text, values));
  const sets = Array.from({ length: columns }, () => bitmapOf());
  for (const row of result.rows) {
    row.forEach((bytes, column) => {
      if (bytes !== null) {
        sets[column]?.addMany(decodeOrdinals(bytes));
      }
    });
  }
  return sets;
}

function decodeOrdinals(bytes: Buffer): Uint32Array {
  if (bytes.length < ARRAY_HEADER_BYTES) {
    return new Uint32Array(0);
  }
  const ordinals = new Uint32Array(bytes.readInt32BE(LENGTH_OFFSET));
  for (
    let index = 0, offset = ARRAY_HEADER_BYTES + VALUE_OFFSET;
    index < ordinals.length;
    index += 1, offset += ELEMENT_BYTES
  ) {
    ordinals[index] = bytes.readInt32BE(offset);
  }
  return ordinals;
}

/** Reads rows of one bytea column, as bytes. */
export async function readBytes(client: Transaction, text: string, values: readonly unknown[]): Promise<Buffer[]> {
  const result = await client.query<[Buffer]>(binaryQuery(text, values));
  return result.rows.map(([bytes]) => bytes);
}
