import { isObject } from '#contracts';

/** What PostgreSQL cannot store in text (NUL) or jsonb (halves of surrogate pairs) becomes this, as PostHog does. */
const REPLACEMENT = '\uFFFD';
/** How JSON.stringify writes them. Also found in `\\u0000`, an escaped backslash before plain letters: then cleaning changes nothing. */
const UNSTORABLE_IN_JSON = /\\u(?:0000|d[89a-f][0-9a-f]{2})/;
/** Deeper than anything a filter can reach, and far from the stack limits of Node and of PostgreSQL. */
export const MAX_DEPTH = 100;

export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', REPLACEMENT);
}

/** The same value with keys and texts that can be stored. Of two keys that become equal the later one stays. */
function cleanValue<T>(value: T): T;
function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') {
    return cleanText(value);
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => cleanValue(item));
  }
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanValue(item)]))
    : value;
}

/** Whether objects and arrays lie in each other more than `limit` levels deep. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return limit === 0 || Object.values(value).some((item) => isDeeperThan(item, limit - 1));
}

/** The properties and their JSON, both free of what PostgreSQL refuses; the text is only walked when the JSON shows a reason. */
export function toStorableJson(properties: Record<string, unknown>): {
  readonly properties: Record<string, unknown>;
  readonly json: string;
} {
  const json = JSON.stringify(properties);
  if (!UNSTORABLE_IN_JSON.test(json)) {
    return { properties, json };
  }
  const cleaned = cleanValue(properties);
  return { properties: cleaned, json: JSON.stringify(cleaned) };
}
