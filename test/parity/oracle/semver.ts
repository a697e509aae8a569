type Version = [major: number, minor: number, patch: number];
const VERSION = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

function parse(text: string): Version | undefined {
  const parts = VERSION.exec(text);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : undefined;
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

type Range = { from: Version; below: Version } | undefined;

function numbers(text: string): number[] {
  return text.split('.').map(Number);
}

/** `1.2.3` and `1.2` reach to the next minor, `1` to the next major. */
function tilde(text: string): Range {
  const [major = 0, minor, patch = 0] = numbers(text);
  return {
    from: [major, minor ?? 0, patch],
    below: minor === undefined ? [major + 1, 0, 0] : [major, minor + 1, 0],
  };
}

/** Up to the next change of the first number that is not zero. */
function caret(text: string): Range {
  const from = parse(text);
  if (!from) {
    return undefined;
  }
  const [major, minor, patch] = from;
  if (major > 0) {
    return { from, below: [major + 1, 0, 0] };
  }
  return { from, below: minor > 0 ? [0, minor + 1, 0] : [0, 0, patch + 1] };
}

function wildcard(text: string): Range {
  return tilde(text.replace(/(\.\*)+$/, ''));
}

const RANGES: Record<string, (text: string) => Range> = {
  semver_tilde: tilde,
  semver_caret: caret,
  semver_wildcard: wildcard,
};
const ORDERS: Record<string, (order: number) => boolean> = {
  semver_eq: (order) => order === 0,
  semver_neq: (order) => order !== 0,
  semver_gt: (order) => order > 0,
  semver_gte: (order) => order >= 0,
  semver_lt: (order) => order < 0,
  semver_lte: (order) => order <= 0,
};

/** A stored text that is no version fails every operator. */
export function matchesVersion(operator: string, stored: string, wanted: string): boolean {
  const version = parse(stored);
  if (!version) {
    return false;
  }
  const range = RANGES[operator]?.(wanted);
  if (range) {
    return compare(version, range.from) >= 0 && compare(version, range.below) < 0;
  }
  const other = parse(wanted);
  return other !== undefined && (ORDERS[operator]?.(compare(version, other)) ?? false);
}
