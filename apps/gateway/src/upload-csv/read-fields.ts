import { CSV_MODES, type CsvMode, type JsonObject } from '#contracts';

import { invalid } from '../http/api-error.js';
import { flawOf } from '../http/json-value.js';
import type { Field } from './read-form.js';

const MAX_DEPTH = 32;
const TEXTS = ['name', 'description', 'cohort_type'];
const BOOLEANS = ['is_static', 'deleted'];
const JSONS = ['filters', 'query', 'groups'];
const IDS = '_create_static_person_ids';

/** Words that Django takes for a boolean. */
const TRUE_WORDS = ['t', 'y', 'yes', 'true', 'on', '1'];
const FALSE_WORDS = ['f', 'n', 'no', 'false', 'off', '0'];

/** The fields of a form as the JSON body that would say the same. Of a field given twice the last one counts. @throws ApiError 400 */
export function bodyOf(fields: readonly Field[]): JsonObject {
  const body: Record<string, unknown> = {};
  for (const { name, value } of fields) {
    if (TEXTS.includes(name)) {
      body[name] = value;
    } else if (BOOLEANS.includes(name)) {
      body[name] = booleanOf(value);
    } else if (JSONS.includes(name)) {
      body[name] = jsonOf(name, value);
    }
  }
  const ids = idsOf(fields);
  if (ids !== undefined) {
    body[IDS] = ids;
  }
  const flaw = flawOf(body, MAX_DEPTH);
  if (flaw !== undefined) {
    throw invalid(flaw.path.slice(0, 2).join('__'), flaw.detail, flaw.code);
  }
  return body;
}

export interface ImportOptions {
  readonly mode: CsvMode;
  readonly keepUnmatched: boolean;
}

/** `csv_mode` and `keep_unmatched`. @throws ApiError 400 */
export function optionsOf(fields: readonly Field[]): ImportOptions {
  const given = last(fields, 'csv_mode') ?? 'append';
  const mode = CSV_MODES.find((choice) => choice === given);
  if (mode === undefined) {
    throw invalid('csv_mode', `${JSON.stringify(given.slice(0, 80))} is not a valid choice.`, 'invalid_choice');
  }
  const keepUnmatched = booleanOf(last(fields, 'keep_unmatched') ?? 'false');
  if (typeof keepUnmatched !== 'boolean') {
    throw invalid('keep_unmatched', 'Must be a valid boolean.');
  }
  if (keepUnmatched && mode === 'remove') {
    throw invalid('keep_unmatched', 'Ids that are to be removed cannot be kept for persons who appear later.');
  }
  return { mode, keepUnmatched };
}

function last(fields: readonly Field[], name: string): string | undefined {
  return fields.findLast((field) => field.name === name)?.value;
}

/** What is no boolean stays a text, which whoever reads the body refuses. */
function booleanOf(text: string): boolean | string {
  const word = text.trim().toLowerCase();
  if (TRUE_WORDS.includes(word)) {
    return true;
  }
  return FALSE_WORDS.includes(word) ? false : text;
}

function jsonOf(name: string, text: string): unknown {
  try {
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    throw invalid(name, 'Value must be valid JSON.');
  }
}

/** A field an id, or all of them as one JSON list. */
function idsOf(fields: readonly Field[]): unknown {
  const given = fields.filter(({ name }) => name === IDS).map(({ value }) => value);
  const [only = ''] = given;
  if (given.length === 1 && only.trim().startsWith('[')) {
    return jsonOf(IDS, only);
  }
  return given.length === 0 ? undefined : given;
}
