import { presentPerson } from './present-person.js';

const row = { uuid: 'u', properties: {}, created_at: new Date(0), is_identified: true, distinct_ids: [] as string[] };
const ANONYMOUS = '0198c4e2-7a10-7c3e-9f00-1234567890ab';

describe('the name of a person', () => {
  it.each<[string, object, string[], string]>([
    ['her email', { email: 'a@b.c', name: 'Ann' }, ['1'], 'a@b.c'],
    ['her name', { email: 7, name: 'Ann', username: 'ann' }, ['1'], 'Ann'],
    ['a distinct id that a human chose', { email: '' }, [ANONYMOUS, 'ann'], 'ann'],
    ['an anonymous id', {}, [ANONYMOUS], ANONYMOUS],
    ['her uuid', {}, [], 'u'],
  ])('is %s', (_, properties, ids, name) => {
    expect(presentPerson({ ...row, properties: { ...properties }, distinct_ids: ids }).name).toBe(name);
  });
});
