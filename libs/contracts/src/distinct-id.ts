/** Longer distinct ids are refused; counted in UTF-16 code units, as JavaScript's `length` does. */
export const MAX_DISTINCT_ID_LENGTH = 400;

/** What code sends when it forgot to fill in the id; in any case. One person for all of them would swallow the project. */
const RESERVED_IN_ANY_CASE = [
  'anonymous',
  'guest',
  'distinctid',
  'distinct_id',
  'id',
  'not_authenticated',
  'email',
  'undefined',
  'true',
  'false',
];
/** Only in exactly this form: `none` and `None` are seen in the wild, `NONE` may be a name. */
const RESERVED_AS_WRITTEN = ['[object Object]', 'NaN', 'None', 'none', 'null', '0'];

/** SDKs also send them quoted once too often. */
function withQuotes(ids: readonly string[]): Set<string> {
  return new Set(ids.flatMap((id) => [id, `'${id}'`, `"${id}"`]));
}

const ANY_CASE = withQuotes(RESERVED_IN_ANY_CASE);
const AS_WRITTEN = withQuotes(RESERVED_AS_WRITTEN);

/** Why a distinct id cannot stand for a person; undefined when it can. The gateway and ingestion refuse by this one rule. */
export function distinctIdProblem(distinctId: string): 'empty' | 'too long' | 'reserved' | undefined {
  const trimmed = distinctId.trim();
  if (trimmed === '') {
    return 'empty';
  }
  if (distinctId.length > MAX_DISTINCT_ID_LENGTH) {
    return 'too long';
  }
  return ANY_CASE.has(trimmed.toLowerCase()) || AS_WRITTEN.has(trimmed) ? 'reserved' : undefined;
}
