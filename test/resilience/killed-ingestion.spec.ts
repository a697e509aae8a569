import { randomUUID } from 'node:crypto';

import { eventually, useStack } from '#testing';

import { keepAlive, type KeptService } from '../support/keep-alive.js';
import { MusterApi } from '../support/muster-api.js';

const USERS = 100;
const DEATHS = 4;
const MOST_ROUNDS = 60;
/** In this round each user is identified: merges in the midst of the deaths. */
const IDENTIFY_IN_ROUND = 2;

interface Tally {
  events: number;
  distinct: number;
  orphans: number;
}

describe('ingestion is killed in the middle of its batches', () => {
  const stack = useStack(['gateway']);
  const api = new MusterApi(stack);

  it('no event is lost, none counts twice, and each belongs to the person of its distinct id', async () => {
    const failAt = 'ingestion.before_commit:0.4,ingestion.after_commit:0.4';
    const replicas = await Promise.all([
      keepAlive('ingestion', stack.env, failAt),
      keepAlive('ingestion', stack.env, failAt),
    ]);
    let rounds = 0;
    while (deathsOf(replicas) < DEATHS || rounds <= IDENTIFY_IN_ROUND) {
      expect(rounds).toBeLessThan(MOST_ROUNDS);
      await sendRound(rounds);
      rounds += 1;
    }
    await Promise.all(replicas.map((one) => one.heal()));

    await eventually(
      async () => {
        expect(await tally()).toEqual({ events: rounds * USERS, distinct: rounds * USERS, orphans: 0 });
      },
      { withinMs: 60_000 },
    );
    const persons = await stack.database.pool.query(
      'SELECT 1 FROM person WHERE merged_into IS NULL AND deleted_at IS NULL',
    );
    expect(persons.rowCount).toBe(USERS);
  }, 240_000);

  /** One event a user, half of them sent twice as an SDK does that got no answer; waits until all are stored. */
  async function sendRound(round: number): Promise<void> {
    const batch = Array.from({ length: USERS }, (_, user) => eventOf(round, user));
    await api.capture(batch);
    await api.capture(batch.slice(0, USERS / 2));
    await eventually(
      async () => {
        expect((await tally()).events).toBe((round + 1) * USERS);
      },
      { withinMs: 60_000 },
    );
  }

  function eventOf(round: number, user: number): object {
    const properties = round === IDENTIFY_IN_ROUND ? { $anon_distinct_id: `a${user}` } : { round };
    return {
      uuid: randomUUID(),
      timestamp: new Date().toISOString(),
      event: round === IDENTIFY_IN_ROUND ? '$identify' : 'opened',
      distinct_id: round < IDENTIFY_IN_ROUND ? `a${user}` : `u${user}`,
      properties,
    };
  }

  function deathsOf(replicas: readonly KeptService[]): number {
    return replicas.reduce((sum, one) => sum + one.deaths(), 0);
  }

  async function tally(): Promise<Tally> {
    const result = await stack.database.pool.query<Tally>(
      `SELECT count(*)::int AS events, count(DISTINCT event.uuid)::int AS distinct,
         count(*) FILTER (WHERE event.ordinal IS DISTINCT FROM id.ordinal)::int AS orphans
       FROM event LEFT JOIN person_distinct_id AS id ON id.project_id = event.project_id AND id.distinct_id = event.distinct_id`,
    );
    return result.rows[0]!;
  }
});
