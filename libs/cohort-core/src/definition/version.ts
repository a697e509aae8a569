import type { Scalar } from './fields.js';

/** major.minor.patch */
export type Version = readonly [number, number, number];

const STORED = /^v?(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const OPERAND = /^[~^]?v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const WILDCARD = /^v?(\d{1,9})(?:\.(\d{1,9}))?\.\*$/;

/** A stored version is three numbers without leading zeros; pre-release and build are ignored. Anything else is none. */
export function parseStoredVersion(text: string): Version | undefined {
  const match = STORED.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

export function isVersionOperand(value: Scalar): boolean {
  return OPERAND.test(String(value));
}

export function isWildcardOperand(value: Scalar): boolean {
  return WILDCARD.test(String(value));
}

/** The numbers that were given: `1.2` gives two. */
export function operandParts(value: Scalar): number[] {
  const text = String(value);
  const match = OPERAND.exec(text) ?? WILDCARD.exec(text);
  return [match?.[1], match?.[2], match?.[3]].flatMap((part) =>
    part === undefined || !/^\d+$/.test(part) ? [] : [Number(part)],
  );
}
