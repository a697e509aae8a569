import { createHash } from 'node:crypto';

const DIGITS = 15;
/** What fifteen hex digits reach, as a double: PostHog divides by `float(0xfffffffffffffff)`, which is 2^60. */
const SCALE = 2 ** 60;

/**
 * Where a distinct id stands between 0 and 1 for a flag: the same number in every PostHog SDK, so that one that evaluates
 * locally agrees with the server. Stable for a flag key; another key shuffles anew.
 * @param salt `variant` for the choice among variants
 */
export function rolloutFraction(flagKey: string, distinctId: string, salt = ''): number {
  const hash = createHash('sha1').update(`${flagKey}.${distinctId}${salt}`).digest('hex');
  return Number.parseInt(hash.slice(0, DIGITS), 16) / SCALE;
}
