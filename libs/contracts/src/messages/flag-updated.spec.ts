import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import { FlagUpdated } from './flag-updated.js';

const UPDATED = {
  ...{ schema_version: 1, project_id: 1, flag_id: 2, version: 3, by_id: null, key: 'k', active: true },
  ...{ cohort_ids: [4], changed: ['active'], updated_at: '2026-03-01T10:00:00Z' },
};

describe('flag.updated', () => {
  it.each([
    ['an older message, which has no `deleted`', {}, []],
    ['a message of today', { deleted: true }, []],
    ['no other kind of answer', { deleted: 'no' }, ['deleted']],
  ])('takes %s', (_, change, wrong) => {
    const errors = validateSync(plainToInstance(FlagUpdated, { ...UPDATED, ...change }));
    expect(errors.map(({ property }) => property)).toEqual(wrong);
  });
});
