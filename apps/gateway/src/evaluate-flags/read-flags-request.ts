import { isObject, type JsonObject } from '#contracts';

import { MAX_BODY_DEPTH } from '../capture-events/read-capture-body.js';
import { invalid } from '../http/api-error.js';
import { flawOf } from '../http/json-value.js';
import { nameOf } from '../http/read-json-body.js';

/** Whose flags one request asks for. */
export interface FlagsQuestion {
  readonly distinctId: string;
  /** Properties of the person that win over the stored ones, as JSON text. */
  readonly properties: string;
  /** Undefined: all flags. */
  readonly onlyKeys: ReadonlySet<string> | undefined;
}

/** The body's JSON object. @param isSuspect whether it may hold what cannot be stored @throws ApiError 400 */
export function requireObject(json: unknown, isSuspect: boolean): JsonObject {
  if (!isObject(json)) {
    throw invalid(null, `Invalid data. Expected a dictionary, but got ${nameOf(json)}.`);
  }
  const flaw = isSuspect ? flawOf(json, MAX_BODY_DEPTH) : undefined;
  if (flaw !== undefined) {
    throw invalid(flaw.path[0] ?? null, flaw.detail, flaw.code);
  }
  return json;
}

/** @throws ApiError 400 naming the field that is wrong */
export function readFlagsQuestion(body: JsonObject): FlagsQuestion {
  return {
    distinctId: readDistinctId(body['distinct_id']),
    properties: readProperties(body['person_properties']),
    onlyKeys: body['disable_flags'] === true ? new Set() : readKeys(body['flag_keys_to_evaluate']),
  };
}

function readDistinctId(given: unknown): string {
  const distinctId = typeof given === 'number' ? String(given) : given;
  if (distinctId === undefined || distinctId === null) {
    const detail = 'The distinct_id field is missing from the request. Please include a valid identifier.';
    throw invalid('distinct_id', detail, 'missing_distinct_id');
  }
  if (typeof distinctId !== 'string' || distinctId === '') {
    const detail = 'The distinct_id field cannot be empty. Please provide a valid identifier.';
    throw invalid('distinct_id', detail, 'invalid_distinct_id');
  }
  return distinctId;
}

function readProperties(given: unknown): string {
  const properties = given ?? {};
  if (!isObject(properties)) {
    throw invalid('person_properties', `Expected a dictionary, but got ${nameOf(given)}.`);
  }
  return JSON.stringify(properties);
}

function readKeys(given: unknown): ReadonlySet<string> | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  if (!Array.isArray(given) || !given.every((key) => typeof key === 'string')) {
    throw invalid('flag_keys_to_evaluate', 'Expected a list of the keys of flags.');
  }
  return new Set<string>(given);
}
