import { BitRows } from './bit-rows.js';

/** The first and last bits of lines and of the row. */
const PLACES = [0, 7, 8, 511, 512, 1_023, 32_767, 65_024, 65_535];
const BYTES = 65_536 / 8;

/** Each of its own, so that a bit from another row or line is told from its own. */
function bitsOf(seed: number): Uint8Array {
  return Uint8Array.from({ length: BYTES }, (_, index) => (index * 31 + (index >> 6) * 7 + seed * 57) % 251);
}

function isIn(bits: Uint8Array, place: number): boolean {
  return ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
}

function expectRows(rows: BitRows, expected: ReadonlyMap<number, Uint8Array>): void {
  for (const [row, bits] of expected) {
    expect(PLACES.map((place) => rows.has(row, 3 * 65_536 + place))).toEqual(PLACES.map((place) => isIn(bits, place)));
  }
}

describe('rows of bits', () => {
  it('keep what they hold when more rows need more room, and when others take free places', () => {
    const rows = new BitRows();
    const expected = new Map<number, Uint8Array>();
    const add = (seed: number) => {
      const row = rows.add(bitsOf(seed));
      expect(expected.has(row)).toBe(false);
      expected.set(row, bitsOf(seed));
      expectRows(rows, expected);
    };
    for (let seed = 0; seed < 20; seed += 1) {
      add(seed);
    }
    const before = rows.bytes;
    for (const row of [3, 19, 0]) {
      rows.remove(row);
      expected.delete(row);
    }
    for (let seed = 20; seed < 23; seed += 1) {
      add(seed);
    }
    expect(expected.size).toBe(20);
    expect(rows.bytes).toBe(before);
  });
});
