import { MAX_DISTINCT_ID_LENGTH } from '#contracts';
import type { CsvLayout, CsvRow, IdKind } from '#csv';

import type { Fingerprints } from './fingerprints.js';

/** Longest value that the report keeps. */
const MAX_SHOWN = 200;
const UUID = /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i;

const REASONS = {
  brokenQuotes: 'The quotes of this row are broken.',
  tooShort: 'The row is too short: it has no cell in the column of the ids.',
  empty: 'The id is empty.',
  notUuid: 'The person id is not a UUID.',
  tooLong: `The id is longer than ${MAX_DISTINCT_ID_LENGTH} characters.`,
  repeated: 'The same id stands in an earlier row.',
  nobody: 'No person has this id.',
} as const;

/** A row that puts nobody into the cohort. */
export interface ReportedRow {
  readonly status: 'unmatched' | 'duplicate' | 'invalid';
  readonly line: number;
  readonly value: string;
  readonly reason: string;
}

/** An id that may be a person's. */
export interface Candidate {
  readonly line: number;
  readonly value: string;
}

export interface SortedRows {
  readonly rows: number;
  readonly candidates: readonly Candidate[];
  readonly reported: readonly ReportedRow[];
}

/** Sorts out what no database is needed for: rows without an id, and ids that were there before. */
export function sortRows(rows: readonly CsvRow[], layout: CsvLayout, seen: Fingerprints): SortedRows {
  const candidates: Candidate[] = [];
  const reported: ReportedRow[] = [];
  for (const row of rows) {
    const { line } = row;
    const value = (row.broken ?? row.value ?? '').trim();
    const problem = problemOf(row, value, layout.kind);
    if (problem !== undefined) {
      reported.push({ status: 'invalid', line, value: shorten(value), reason: problem });
    } else if (seen.add(layout.kind === 'person_id' ? canonicalUuid(value) : value)) {
      candidates.push({ line, value });
    } else {
      reported.push({ status: 'duplicate', line, value: shorten(value), reason: REASONS.repeated });
    }
  }
  return { rows: rows.length, candidates, reported };
}

export function unmatchedRow({ line, value }: Candidate): ReportedRow {
  return { status: 'unmatched', line, value: shorten(value), reason: REASONS.nobody };
}

function problemOf(row: CsvRow, value: string, kind: IdKind): string | undefined {
  if (row.broken !== undefined) {
    return REASONS.brokenQuotes;
  }
  if (row.value === undefined) {
    return REASONS.tooShort;
  }
  return value === '' ? REASONS.empty : problemOfId(value, kind);
}

function problemOfId(value: string, kind: IdKind): string | undefined {
  if (kind === 'person_id') {
    return UUID.test(value) ? undefined : REASONS.notUuid;
  }
  return value.length > MAX_DISTINCT_ID_LENGTH ? REASONS.tooLong : undefined;
}

/** PostgreSQL takes any case and reads over hyphens: so are they compared here. */
function canonicalUuid(value: string): string {
  return value.replaceAll('-', '').toLowerCase();
}

function shorten(value: string): string {
  return value.slice(0, MAX_SHOWN).toWellFormed();
}
