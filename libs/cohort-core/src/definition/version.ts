import type { Scalar } from './fields.js';

/** major.minor.patch */
export type Version = readonly [number, number, number];

const NUMBER = '(0|[1-9]\\d{0,8})';
const FULL = new RegExp(`^v?${NUMBER}\\.${NUMBER}\\.${NUMBER}(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$`);
const PARTIAL = new RegExp(`^v?${NUMBER}(?:\\.${NUMBER})?$`);
const WILDCARD = new RegExp(`^v?${NUMBER}(?:\\.${NUMBER})?\\.\\*$`);

/** A version is three numbers without leading zeros; a leading v, pre-release and build are ignored. Anything else is none. */
export function parseVersion(text: string): Version | undefined {
  const match = FULL.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

export function isVersion(value: Scalar): boolean {
  return FULL.test(String(value));
}

/** `1.2.3`, `1.2` or `1`. */
export function isTildeOperand(value: Scalar): boolean {
  return isVersion(value) || PARTIAL.test(String(value));
}

/** `1.*` or `1.2.*`. */
export function isWildcardOperand(value: Scalar): boolean {
  return WILDCARD.test(String(value));
}

/** The numbers that were given: `1.2.*` gives two. */
export function operandParts(value: Scalar): number[] {
  const text = String(value);
  const match = FULL.exec(text) ?? PARTIAL.exec(text) ?? WILDCARD.exec(text);
  return [match?.[1], match?.[2], match?.[3]].flatMap((part) =>
    part === undefined || !/^\d+$/.test(part) ? [] : [Number(part)],
  );
}
