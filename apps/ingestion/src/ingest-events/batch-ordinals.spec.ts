import { createTestProject, useDatabase } from '#testing';

import { BatchOrdinals } from './batch-ordinals.js';
import { OrdinalBlocks } from './ordinal-blocks.js';

const test = useDatabase();

async function open() {
  const { id } = await createTestProject(test.database);
  const blocks = new OrdinalBlocks(test.database);
  return { id, blocks, batch: () => new BatchOrdinals(blocks) };
}

describe('ordinals', () => {
  it('of two processes never meet, and have few gaps', async () => {
    const { id, blocks } = await open();
    const other = new OrdinalBlocks(test.database);
    const taken = await Promise.all(
      [1, 100, 3, 40].map((count, index) => (index % 2 === 0 ? blocks : other).take(id, count)),
    );
    expect(taken.map(({ length }) => length)).toEqual([1, 100, 3, 40]);
    const all = taken.flat();
    expect(new Set(all).size).toBe(144);
    expect(Math.max(...all)).toBeLessThan(144 + 2 * 64);
  });

  it('of a batch that failed are given to the next one', async () => {
    const { id, batch } = await open();
    const failed = batch();
    expect(await failed.take(id, 3)).toEqual([0, 1, 2]);
    failed.giveBack();
    expect(await batch().take(id, 2)).toEqual([0, 1]);
  });

  it('whose COMMIT was sent are never given again', async () => {
    const { id, batch } = await open();
    const uncertain = batch();
    await uncertain.take(id, 3);
    uncertain.keep();
    uncertain.giveBack();
    expect(await batch().take(id, 2)).toEqual([3, 4]);
  });

  it('of an earlier plan go to the next plan of the same batch, and what it does not need is kept', async () => {
    const { id, batch } = await open();
    const replanned = batch();
    await replanned.take(id, 3);
    replanned.rewind();
    expect(await replanned.take(id, 2)).toEqual([0, 1]);
    replanned.keep();
    replanned.giveBack();
    expect(await batch().take(id, 2)).toEqual([2, 3]);
  });
});
