import { type CohortCreated, TOPICS } from '#contracts';
import { eventually, readTopic, startService, useStack } from '#testing';

interface OutboxRow {
  id: string;
  aggregateid: string;
  published_at: Date | null;
}

/** Longer than this test: the next gateway must not find the last one's rows before it is ready. */
const LEASE_MS = '600000';

describe('the gateway is killed between commit and publish', () => {
  const stack = useStack([]);

  async function createAndDie(failAt: string, name: string): Promise<void> {
    const gateway = await startService('gateway', { ...stack.env, FAIL_AT: failAt, OUTBOX_LEASE_MS: LEASE_MS });
    const filters = { properties: { type: 'AND', values: [{ type: 'person', key: 'email', operator: 'is_set' }] } };
    await fetch(`${gateway.url}/api/projects/${stack.project.id}/cohorts/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.project.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, filters }),
      // The process may die before the answer is out: the promise is about what was committed.
    }).catch(() => undefined);
    expect(await gateway.exited).toBeNull();
  }

  async function outbox(): Promise<OutboxRow[]> {
    const result = await stack.database.pool.query<OutboxRow>(
      'SELECT id, aggregateid, published_at FROM outbox WHERE aggregatetype = $1 ORDER BY position',
      [TOPICS.cohortCreated.name],
    );
    return result.rows;
  }

  it('each committed cohort is announced, and a copy has the same id and the same place', async () => {
    await createAndDie('outbox.before_publish', 'before 1');
    await createAndDie('outbox.before_publish', 'before 2');
    await createAndDie('outbox.after_publish', 'after 1');
    const left = await outbox();
    expect(left).toHaveLength(3);
    expect(left.filter(({ published_at }) => published_at !== null)).toEqual([]);

    // The leases of the dead end, and the relay of whichever service runs takes over.
    await stack.database.pool.query('UPDATE outbox SET leased_until = now() WHERE leased_until > now()');
    await startService('calculator', stack.env);
    await eventually(async () => {
      expect((await outbox()).every(({ published_at }) => published_at !== null)).toBe(true);
    });

    const cohorts = await stack.database.pool.query<{ id: number; name: string }>('SELECT id, name FROM cohort');
    const messages = await readTopic<CohortCreated>(stack, TOPICS.cohortCreated, (all) => ids(all).size === 3);
    expect(ids(messages)).toEqual(new Set((await outbox()).map(({ id }) => id)));
    expect(new Set(messages.map(({ value }) => value.cohort_id))).toEqual(new Set(cohorts.rows.map(({ id }) => id)));
    expect(cohorts.rows.map(({ name }) => name).sort()).toEqual(['after 1', 'before 1', 'before 2']);
    for (const id of ids(messages)) {
      expect(new Set(messages.filter((message) => message.id === id).map(({ partition }) => partition)).size).toBe(1);
    }
  });

  function ids(messages: readonly { id: string }[]): Set<string> {
    return new Set(messages.map(({ id }) => id));
  }
});
