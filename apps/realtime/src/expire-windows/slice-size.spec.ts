import { SliceSize } from './slice-size.js';

const afterMany = (heldMs: number): SliceSize => {
  const size = new SliceSize();
  for (let slice = 0; slice < 100; slice += 1) {
    size.learn(heldMs);
  }
  return size;
};

describe('the size of a slice', () => {
  it('grows while its locks are held shortly, to an end', () => {
    expect(afterMany(10).limits).toEqual({ cohorts: 500, persons: 25_000 });
  });

  it('shrinks where they are held so long that live work notices, and never to nothing', () => {
    expect(afterMany(1_000).limits).toEqual({ cohorts: 10, persons: 500 });
  });

  it('stays where it is right', () => {
    expect(afterMany(200).limits).toEqual(new SliceSize().limits);
  });
});
