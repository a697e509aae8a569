/** Where a JSON value cannot be accepted, and why. */
export interface JsonFlaw {
  /** Keys and indices from the value's root; the last one may be where the flaw sits. */
  readonly path: readonly string[];
  readonly code:
    'too_deep' | 'null_characters_not_allowed' | 'surrogate_characters_not_allowed' | 'number_out_of_range';
  readonly detail: string;
}

/** A text without any of these holds no NUL, no lone surrogate and no number beyond a double, so that no value need be walked. */
const SUSPICIOUS = /\\u(?:0000|[dD][89a-fA-F])|\d[eE]\+?\d{3}|\d{300}/;

/** Whether the values of this JSON text must be walked with `flawOf`: it nests deeper than `maxDepth` or holds something suspicious. */
export function needsInspection(text: string, maxDepth: number): boolean {
  return SUSPICIOUS.test(text) || nestingOf(text, maxDepth) > maxDepth;
}

/** How deep objects and arrays nest; stops counting above `enough`. */
function nestingOf(text: string, enough: number): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length && deepest <= enough; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22) {
      index = endOfString(text, index);
    } else if (code === 0x7b || code === 0x5b) {
      deepest = Math.max(deepest, ++depth);
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return deepest;
}

/** @returns the index of the quote that closes the string opened at `start` */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === 0x5c) {
    backslashes++;
  }
  return backslashes % 2 === 1;
}

interface Visit {
  readonly value: unknown;
  readonly path: readonly string[];
}

/** The first flaw of a parsed value, found without recursion: a body of a million brackets must not exhaust the stack. */
export function flawOf(root: unknown, maxDepth: number): JsonFlaw | undefined {
  const open: Visit[] = [{ value: root, path: [] }];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { value, path } = visit;
    const flaw = flawOfScalar(value, path) ?? flawOfContainer(value, path, maxDepth);
    if (flaw !== undefined) {
      return flaw;
    }
    if (typeof value === 'object' && value !== null) {
      // One by one: as arguments, a list of some hundred thousand would exhaust the stack.
      for (const child of childrenOf(value, path).reverse()) {
        open.push(child);
      }
    }
  }
  return undefined;
}

function childrenOf(value: object, path: readonly string[]): Visit[] {
  return Object.entries(value).map(([key, child]) => ({ value: child as unknown, path: [...path, key] }));
}

function flawOfScalar(value: unknown, path: readonly string[]): JsonFlaw | undefined {
  if (typeof value === 'string') {
    return flawOfText(value, path);
  }
  return typeof value === 'number' && !Number.isFinite(value)
    ? { path, code: 'number_out_of_range', detail: 'A number is out of range.' }
    : undefined;
}

function flawOfContainer(value: unknown, path: readonly string[], maxDepth: number): JsonFlaw | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  if (path.length >= maxDepth) {
    return { path, code: 'too_deep', detail: `The value is nested deeper than ${maxDepth} levels.` };
  }
  for (const key of Array.isArray(value) ? [] : Object.keys(value)) {
    const flaw = flawOfText(key, path);
    if (flaw !== undefined) {
      return flaw;
    }
  }
  return undefined;
}

/** PostgreSQL stores neither NUL nor half a surrogate pair in text or jsonb. */
export function flawOfText(text: string, path: readonly string[]): JsonFlaw | undefined {
  if (text.includes('\0')) {
    return { path, code: 'null_characters_not_allowed', detail: 'Null characters are not allowed.' };
  }
  return text.isWellFormed()
    ? undefined
    : { path, code: 'surrogate_characters_not_allowed', detail: 'Lone surrogate characters are not allowed.' };
}
