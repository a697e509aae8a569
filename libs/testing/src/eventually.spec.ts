import { eventually } from './eventually.js';

describe('eventually', () => {
  it('repeats until the probe is content, and gives what it gave', async () => {
    let tries = 0;
    const probe = () => {
      tries += 1;
      if (tries < 3) {
        throw new Error('not yet');
      }
      return tries;
    };
    expect(await eventually(probe)).toBe(3);
  });

  it('says what was wrong last when the time is over', async () => {
    let tries = 0;
    const probe = () => Promise.reject(new Error(`wrong ${++tries}`));
    await expect(eventually(probe, { withinMs: 60 })).rejects.toThrow(/wrong [2-9]/);
  });
});
