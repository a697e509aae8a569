import { type CohortMembershipChanged, TOPICS } from '#contracts';
import { eventually, readTopic, useStack } from '#testing';

import { MusterApi, type PersonBody } from '../support/muster-api.js';
import { replayMembership } from '../support/replay-membership.js';

const planIs = (value: string) => ({ type: 'person', key: 'plan', operator: 'exact', value });
const NEVER_BOUGHT = {
  ...{ type: 'behavioral', value: 'performed_event', event_type: 'events' },
  ...{ key: 'buy', negation: true, time_value: 30, time_interval: 'day' },
};

describe('persons edited over the API', () => {
  // No calculation but the first: what changes afterwards is live, or it is not right.
  const stack = useStack(undefined, { CALCULATOR_SCHEDULE_EVERY_MS: '0' });
  const api = new MusterApi(stack);
  let pros: number;
  let quiet: number;
  let list: number;

  const find = async (distinctId: string): Promise<PersonBody | undefined> => {
    const { body } = await api.request('GET', `persons/?distinct_id=${distinctId}`);
    return (body as { results: PersonBody[] }).results[0];
  };
  const personOf = (distinctId: string) =>
    eventually(async () => {
      const person = await find(distinctId);
      expect(person).toBeDefined();
      return person!;
    });
  const eventuallyIn = async (expected: Record<string, number[]>) => {
    await eventually(async () => {
      const distinct_ids = Object.keys(expected);
      const { body } = await api.request('POST', 'cohorts/membership/', { distinct_ids });
      expect(body).toEqual({ results: expected });
    });
  };

  beforeAll(async () => {
    await api.capture([
      { event: 'visit', distinct_id: 'ann', properties: { $set: { plan: 'free', city: 'Bern' } } },
      { event: 'visit', distinct_id: 'bob', properties: { $set: { plan: 'pro' } } },
    ]);
    const [ann, bob] = [await personOf('ann'), await personOf('bob')];
    pros = (await api.createCohort('Pros', planIs('pro'))).id;
    quiet = (await api.createCohort('Never bought', NEVER_BOUGHT)).id;
    const members = { is_static: true, _create_static_person_ids: [ann.uuid, bob.uuid] };
    list = ((await api.request('POST', 'cohorts/', { name: 'List', ...members })).body as { id: number }).id;
    await Promise.all([pros, quiet].map((id) => api.calculated(id)));
    await eventuallyIn({ ann: [quiet, list], bob: [pros, quiet, list] });
  });

  it('change cohorts by a property that is set, and one that is removed', async () => {
    const { uuid } = await personOf('ann');
    const set = await api.request('PATCH', `persons/${uuid}/`, { properties: { plan: 'pro' } });
    expect(set).toEqual({ status: 202, body: null });
    await eventuallyIn({ ann: [pros, quiet, list] });
    expect((await api.request('GET', `persons/${uuid}/`)).body).toMatchObject({
      uuid,
      properties: { plan: 'pro', city: 'Bern' },
    });
    const unset = await api.request('POST', `persons/${uuid}/delete_property/`, { $unset: 'plan' });
    expect(unset).toEqual({ status: 201, body: { success: true } });
    await eventuallyIn({ ann: [quiet, list] });
    expect((await find('ann'))?.properties).toEqual({ city: 'Bern' });
  });

  it('are deleted by the API only: an event of that name is an event', async () => {
    const { uuid } = await personOf('bob');
    const forged = { event: '$delete_person', distinct_id: 'bob', deletes_person: uuid };
    await api.capture([
      { ...forged, properties: { deletes_person: uuid } },
      { event: 'last', distinct_id: 'bob' },
    ]);
    await eventually(async () => {
      const { rows } = await stack.database.pool.query(
        "SELECT event FROM event WHERE project_id = $1 AND event IN ('$delete_person', 'last') ORDER BY event",
        [stack.project.id],
      );
      expect(rows).toEqual([{ event: '$delete_person' }, { event: 'last' }]);
    });
    expect((await find('bob'))?.uuid).toBe(uuid);
    await eventuallyIn({ bob: [pros, quiet, list] });
  });

  it('leave every cohort when they are deleted, and make room for a new person', async () => {
    const { uuid } = await personOf('bob');
    expect(await api.request('DELETE', `persons/${uuid}/`)).toEqual({ status: 202, body: null });
    await eventually(async () => {
      expect((await api.request('GET', `persons/${uuid}/`)).status).toBe(404);
    });
    expect((await api.request('DELETE', `persons/${uuid}/`)).status).toBe(404);
    const nobody = { [pros]: [], [quiet]: ['ann'], [list]: ['ann'] };
    await eventually(async () => {
      for (const [id, expected] of Object.entries(nobody)) {
        const members = await api.members(Number(id));
        expect(members.flatMap(({ distinct_ids }) => distinct_ids)).toEqual(expected);
        expect((await api.request('GET', `cohorts/${id}/`)).body).toMatchObject({ count: expected.length });
      }
    });
    await readTopic<CohortMembershipChanged>(stack, TOPICS.cohortMembershipChanged, (read) =>
      [pros, quiet, list].every(
        (id) =>
          !replayMembership(read, id).includes(uuid) &&
          read.some(({ value }) => value.cohort_id === id && value.left.includes(uuid)),
      ),
    );
    await api.capture([{ event: 'visit', distinct_id: 'bob' }]);
    expect((await personOf('bob')).uuid).not.toBe(uuid);
    await eventuallyIn({ bob: [quiet] });
  });
});
