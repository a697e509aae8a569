import { MAX_DISTINCT_ID_LENGTH } from '#contracts';
import type { CsvRow, IdKind } from '#csv';

import type { Fingerprints } from './fingerprints.js';
import { IdList, type ListedId } from './id-list.js';

/** Of each status so many rows are named; the account counts all (docs/decisions/0008). */
export const MAX_REPORTED_ROWS = 100_000;
/** Longest value that the report keeps. */
const MAX_SHOWN = 200;
/** As PostgreSQL writes it; other spellings are brought into this form to be compared. */
const CANONICAL_UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const SECTIONS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;
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

/** Rows sorted by what no database is needed for: those without an id, and those whose id was there before. */
export class SortedRows {
  rows = 0;
  duplicates = 0;
  invalid = 0;
  /** What the database is asked for. */
  readonly ids = new IdList();
  readonly reported: ReportedRow[] = [];

  constructor(
    private readonly kind: IdKind,
    private readonly seen: Fingerprints,
  ) {}

  add(row: CsvRow): void {
    const value = (row.broken ?? row.value ?? '').trim();
    const problem = problemOf(row, value, this.kind);
    this.rows += 1;
    if (problem !== undefined) {
      this.invalid += 1;
      this.report('invalid', this.invalid, { line: row.line, value }, problem);
    } else if (this.seen.add(this.kind === 'person_id' ? canonicalUuid(value) : value)) {
      this.ids.add(row.line, value);
    } else {
      this.duplicates += 1;
      this.report('duplicate', this.duplicates, { line: row.line, value }, REASONS.repeated);
    }
  }

  private report(status: 'invalid' | 'duplicate', number: number, { line, value }: ListedId, reason: string): void {
    if (number <= MAX_REPORTED_ROWS) {
      this.reported.push({ status, line, value: shorten(value), reason });
    }
  }
}

export function unmatchedRow({ line, value }: ListedId): ReportedRow {
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
    return CANONICAL_UUID.test(value) || UUID.test(value) ? undefined : REASONS.notUuid;
  }
  return value.length > MAX_DISTINCT_ID_LENGTH ? REASONS.tooLong : undefined;
}

/** PostgreSQL takes any case and reads over hyphens: so are they compared here. */
function canonicalUuid(value: string): string {
  return CANONICAL_UUID.test(value)
    ? value
    : value.replaceAll('-', '').toLowerCase().replace(SECTIONS, '$1-$2-$3-$4-$5');
}

/** A copy: V8's slice of a value keeps the whole text alive that the value was cut from, 64 KB and more a row. */
function shorten(value: string): string {
  return Buffer.from(value.slice(0, MAX_SHOWN).toWellFormed()).toString();
}
