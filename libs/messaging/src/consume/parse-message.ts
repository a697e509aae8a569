import { isObject, type JsonObject, type Topic } from '#contracts';

import { checkOf } from './compile-check.js';

/** Either the value, or the reason why there is none. `reason` is a word for metrics, `detail` a sentence. */
export type Parsed<T> = { readonly value: T } | { readonly reason: string; readonly detail: string };

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes of a topic as what the topic promises. Never throws: what does not parse is a finding, not a failure. */
export function parseMessage<T extends object>(topic: Topic<T>, bytes: Buffer | null): Parsed<T> {
  if (bytes === null) {
    return { reason: 'tombstone', detail: 'the value is null' };
  }
  const parsed = parseJson(bytes);
  if ('reason' in parsed) {
    return parsed;
  }
  const { value } = parsed;
  if (!isObject(value)) {
    return { reason: 'not-an-object', detail: 'the value is JSON, but no object' };
  }
  return checkValue(topic, value);
}

function parseJson(bytes: Buffer): Parsed<unknown> {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return { reason: 'not-utf8', detail: 'the value is not UTF-8' };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { reason: 'not-json', detail: String(error) };
  }
}

function checkValue<T extends object>(topic: Topic<T>, value: JsonObject): Parsed<T> {
  const version = value['schema_version'];
  if (typeof version === 'number' && version > topic.schemaVersion) {
    const detail = `schema version ${version} is above ${topic.schemaVersion}, the last one known here`;
    return { reason: 'schema-version', detail };
  }
  const problem = problemOf(topic, value);
  return problem === undefined ? { value: value as T } : { reason: 'invalid', detail: problem };
}

/** class-transformer recurses over the whole value: thousands of levels of nesting exhaust the stack, and that is a finding too. */
function problemOf<T extends object>(topic: Topic<T>, value: JsonObject): string | undefined {
  try {
    return checkOf(topic.message)(value);
  } catch (error) {
    return `the value cannot be checked: ${String(error)}`;
  }
}
