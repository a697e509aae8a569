import { KnownUuids } from './known-uuids.js';

const NEIGHBOURS = 4_096;
const uuidOf = (buffer: number) => `00000000-0000-4000-8000-${String(buffer).padStart(12, '0')}`;

/** Puts one person into each of these buffers. */
function fill(known: KnownUuids, ...buffers: number[]): void {
  buffers.forEach((buffer) => {
    known.set(1, buffer * NEIGHBOURS, uuidOf(buffer));
  });
}
/** Which of three are still known: nobody is asked for who need not be, since that would keep her. */
const left = (known: KnownUuids) => [1, 2, 3].filter((buffer) => known.get(1, buffer * NEIGHBOURS) === uuidOf(buffer));

describe('uuids in memory', () => {
  it('make room in the order in which they were asked for last', () => {
    const known = new KnownUuids(2);
    fill(known, 1, 2);
    expect(known.get(1, 1 * NEIGHBOURS)).toBe(uuidOf(1));
    fill(known, 3);
    expect(left(known)).toEqual([1, 3]);
  });

  it('make room in the order in which they came when nobody has asked', () => {
    const known = new KnownUuids(2);
    fill(known, 1, 2, 3);
    expect(left(known)).toEqual([2, 3]);
  });

  it('stay also for somebody of the same buffer who is not known', () => {
    const known = new KnownUuids(2);
    fill(known, 1, 2);
    expect(known.get(1, 1 * NEIGHBOURS + 7)).toBeUndefined();
    fill(known, 3);
    expect(left(known)).toEqual([1, 3]);
  });
});
