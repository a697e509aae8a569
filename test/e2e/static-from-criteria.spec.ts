import { eventually, useStack } from '#testing';

import { MusterApi } from '../support/muster-api.js';

const condition = { type: 'person', key: 'plan', operator: 'exact', value: 'pro' };
const filters = { properties: { type: 'AND', values: [condition] } };

describe('a static cohort made from criteria', () => {
  const stack = useStack();
  const api = new MusterApi(stack);

  it('is computed once, and stays as it was while a dynamic one follows', async () => {
    const identify = (distinct_id: string, plan: string) => ({
      ...{ event: '$identify', distinct_id },
      properties: { $set: { plan } },
    });
    await api.capture([identify('ann', 'pro'), identify('bob', 'free')]);
    await eventuallyCount(2);
    const made = await api.request('POST', 'cohorts/', { name: 'Snapshot', is_static: true, filters });
    const { id } = made.body as { id: number };
    expect(await api.calculated(id)).toMatchObject({ count: 1, version: expect.any(Number) as number });
    const dynamic = await api.createCohort('Live', condition);
    await api.calculated(dynamic.id);

    await api.capture([identify('bob', 'pro')]);
    await eventuallyCount(3);
    expect((await api.request('POST', `cohorts/${dynamic.id}/calculate/`)).status).toBe(202);
    expect(await api.calculated(dynamic.id)).toMatchObject({ count: 2, version: 2 });
    expect((await api.request('POST', `cohorts/${id}/calculate/`)).status).toBe(400);
    expect((await api.members(id)).map(({ distinct_ids }) => distinct_ids)).toEqual([['ann']]);

    expect((await api.request('PATCH', `cohorts/${dynamic.id}/`, { deleted: true })).status).toBe(200);
    expect(await api.members(dynamic.id)).toEqual([]);
    await api.request('PATCH', `cohorts/${dynamic.id}/`, { deleted: false });
    expect(await api.calculated(dynamic.id)).toMatchObject({ count: 2, version: 4, deleted: false });
  });

  async function eventuallyCount(events: number): Promise<void> {
    await eventually(async () => {
      expect(await api.storedEvents(stack.database)).toBe(events);
    });
  }
});
