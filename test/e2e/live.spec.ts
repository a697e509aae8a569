import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { blockKey, type CohortMembershipChanged, deadLetterTopic, TOPICS } from '#contracts';
import type { ReceivedMessage } from '#messaging';
import { eventually, readTopic, useStack } from '#testing';

import { MusterApi } from '../support/muster-api.js';
import { replayMembership, storedMembers } from '../support/replay-membership.js';

const did = (key: string, negation = false) => ({
  ...{ type: 'behavioral', value: 'performed_event', event_type: 'events' },
  ...{ key, negation, time_value: 30, time_interval: 'day' },
});
const planIs = (value: string) => ({ type: 'person', key: 'plan', operator: 'exact', value });

describe('a live cohort', () => {
  // No calculation but the first: whatever changes afterwards, realtime has changed.
  const stack = useStack(undefined, { CALCULATOR_SCHEDULE_EVERY_MS: '0', REALTIME_FLIP_FROM_MEMBERS: '0' });
  const api = new MusterApi(stack);
  const ids: Record<'buyers' | 'pros' | 'quiet' | 'both', number> = { buyers: 0, pros: 0, quiet: 0, both: 0 };

  beforeAll(async () => {
    await api.capture([{ event: 'visit', distinct_id: 'ann' }]);
    await eventually(async () => {
      expect(await api.storedEvents(stack.database)).toBe(1);
    });
    ids.buyers = (await api.createCohort('Buyers', did('buy'))).id;
    ids.pros = (await api.createCohort('Pros', planIs('pro'))).id;
    ids.quiet = (await api.createCohort('Never bought', did('buy', true))).id;
    await api.calculated(ids.buyers);
    const inBuyers = { type: 'cohort', key: 'id', value: ids.buyers };
    ids.both = (await api.createCohort('Buying pros', inBuyers, planIs('pro'))).id;
    await Promise.all(Object.values(ids).map((id) => api.calculated(id)));
  });

  async function eventuallyMembers(expected: Record<keyof typeof ids, string[]>): Promise<void> {
    await eventually(async () => {
      const found = await Promise.all(
        Object.entries(ids).map(async ([name, id]) => {
          const members = await api.members(id);
          return [name, members.flatMap(({ distinct_ids }) => distinct_ids).sort()] as const;
        }),
      );
      expect(Object.fromEntries(found)).toEqual(expected);
    });
  }

  it('follows births, events and properties, and cohorts follow cohorts', async () => {
    await eventuallyMembers({ buyers: [], pros: [], quiet: ['ann'], both: [] });
    await api.capture([
      { event: 'buy', distinct_id: 'bob' },
      { event: 'visit', distinct_id: 'cid', properties: { $set: { plan: 'pro' } } },
    ]);
    await eventuallyMembers({ buyers: ['bob'], pros: ['cid'], quiet: ['ann', 'cid'], both: [] });
    await api.capture([{ event: 'buy', distinct_id: 'cid' }]);
    await eventuallyMembers({ buyers: ['bob', 'cid'], pros: ['cid'], quiet: ['ann'], both: ['cid'] });
    await api.capture([{ event: 'visit', distinct_id: 'cid', properties: { $unset: ['plan'] } }]);
    await eventuallyMembers({ buyers: ['bob', 'cid'], pros: [], quiet: ['ann'], both: [] });
  });

  it('makes one member of two persons who are merged', async () => {
    await api.capture([{ event: '$identify', distinct_id: 'ann', properties: { $anon_distinct_id: 'bob' } }]);
    await eventuallyMembers({ buyers: ['ann', 'bob', 'cid'], pros: [], quiet: [], both: [] });
    expect(await api.members(ids.buyers)).toHaveLength(2);
  });

  it('goes on after messages that nobody can take, and puts them aside', async () => {
    const { connection, project } = stack;
    const key = blockKey(project.id, 0);
    const impossible = { ordinal: 5_000_000_000, uuid: randomUUID(), events: ['buy'], properties: [] };
    const at = new Date().toISOString();
    const message = { schema_version: 1, project_id: project.id, block: 0, at, persons: [impossible] };
    const producer = connection.kafka.producer();
    await producer.connect();
    const poison = ['no JSON', JSON.stringify(message)].map((value) => ({ key, value }));
    await producer.send({ topic: connection.physical(TOPICS.personChanged.name), messages: poison });
    await producer.disconnect();
    await api.capture([{ event: 'visit', distinct_id: 'cid', properties: { $set: { plan: 'pro' } } }]);
    await eventuallyMembers({ buyers: ['ann', 'bob', 'cid'], pros: ['cid'], quiet: [], both: ['cid'] });
    const ofRealtime = (read: readonly ReceivedMessage<object>[]) =>
      read.filter(({ headers }) => headers['dl_group']?.endsWith('realtime'));
    await readTopic(stack, deadLetterTopic(TOPICS.personChanged.name), (read) => ofRealtime(read).length === 2);
  });

  it('tells everyone who entered and left', async () => {
    const stored = new Map<number, string[]>();
    for (const id of Object.values(ids)) {
      stored.set(id, await storedMembers(stack.database, id));
    }
    // Each once: an announcer that was held up past its lease is repeated by another, under the same ids.
    const ofBoth = (read: readonly ReceivedMessage<CohortMembershipChanged>[]) => [
      ...new Map(read.filter(({ value }) => value.cohort_id === ids.both).map((one) => [one.id, one])).values(),
    ];
    // The members are the same after the first change of `both` as after the third.
    const messages = await readTopic<CohortMembershipChanged>(
      stack,
      TOPICS.cohortMembershipChanged,
      (read) =>
        ofBoth(read).length >= 3 &&
        [...stored].every(([id, members]) => isDeepStrictEqual(replayMembership(read, id), members)),
    );
    expect(ofBoth(messages).map(({ value }) => [value.entered.length, value.left.length, value.reason])).toEqual([
      [1, 0, 'change'],
      [0, 1, 'change'],
      [1, 0, 'change'],
    ]);
  });
});
