import { bitmapOf, serializeBitmap } from '#cohort-core';
import type { CohortMembershipChanged } from '#contracts';
import { TOPICS } from '#contracts';
import { MessageProducer, type OutgoingBatch, type ReceivedMessage } from '#messaging';
import { Metrics, SILENT_LOGGER } from '#observability';
import { eventually, readTopic, useDatabase, useKafka } from '#testing';

import { OutboxRelay, type RelayOptions } from '../outbox-relay.js';

const db = useDatabase();
const kafka = useKafka();
const closing: (() => Promise<void>)[] = [];
const PERSONS = 5_000;

function announce(options: Partial<RelayOptions> = {}): OutboxRelay {
  const producer = new MessageProducer(kafka.connection);
  const metrics = new Metrics();
  const relay = new OutboxRelay({
    database: db.database,
    producer,
    metrics,
    logger: SILENT_LOGGER,
    announce: true,
    ...options,
  });
  relay.start();
  closing.push(
    () => relay.stop(),
    () => producer.close(),
  );
  return relay;
}

function bytesOf(ordinals: readonly number[]): Buffer {
  const bitmap = bitmapOf(ordinals);
  try {
    return serializeBitmap(bitmap);
  } finally {
    bitmap.dispose();
  }
}

interface Change {
  readonly cohort: number;
  readonly chunk?: number;
  readonly revision: number;
  readonly entered?: readonly number[];
  readonly left?: readonly number[];
  readonly bytes?: Buffer;
}

async function store(project: number, ...changes: readonly Change[]): Promise<void> {
  for (const { cohort, chunk = 0, revision, entered = [], left = [], bytes } of changes) {
    await db.database.pool.query(
      `INSERT INTO membership_delta (project_id, cohort_id, version, chunk, revision, reason, at, entered, left_)
       VALUES ($1, $2, 1, $3, $4, 'change', now(), $5, $6)`,
      [project, cohort, chunk, revision, bytes ?? bytesOf(entered), bytesOf(left)],
    );
  }
}

function uuidOf(project: number, ordinal: number): string {
  return `00000000-0000-4000-8000-${String(project * 1_000_000 + ordinal).padStart(12, '0')}`;
}

async function createPersons(project: number): Promise<void> {
  await db.database.pool.query(
    `INSERT INTO person (project_id, ordinal, uuid, created_at)
     SELECT $1, n, ('00000000-0000-4000-8000-' || lpad(($1::int * 1000000 + n)::text, 12, '0'))::uuid, now() FROM generate_series(0, $2) AS n`,
    [project, PERSONS - 1],
  );
}

type Told = ReceivedMessage<CohortMembershipChanged>;

async function tellingsOf(project: number, enough: (messages: readonly Told[]) => boolean): Promise<Told[]> {
  const mine = (messages: readonly Told[]) => messages.filter((one) => one.value.project_id === project);
  return mine(await readTopic(kafka, TOPICS.cohortMembershipChanged, (messages) => enough(mine(messages))));
}

/** Each message once, where it came first: a retried send may store copies. */
function withoutCopies(messages: readonly Told[]): Told[] {
  const seen = new Set<string>();
  return messages.filter((one) => !seen.has(one.id) && seen.add(one.id));
}

async function distinctTellingsOf(project: number, count: number): Promise<Told[]> {
  return withoutCopies(
    await tellingsOf(project, (messages) => messages.length >= count && withoutCopies(messages).length >= count),
  );
}

/** As the contract tells a foreign team: for each cohort and chunk apply whole revisions above the last one. */
function membersOf(messages: readonly Told[], cohort: number): Set<string> {
  const members = new Set<string>();
  const applied = new Map<number, number>();
  const parts = new Map<string, Set<number>>();
  for (const { value } of messages.filter((one) => one.value.cohort_id === cohort)) {
    if (value.revision > (applied.get(value.chunk) ?? 0)) {
      value.entered.forEach((uuid) => members.add(uuid));
      value.left.forEach((uuid) => members.delete(uuid));
      const name = `${value.chunk}:${value.revision}`;
      const seen = (parts.get(name) ?? new Set()).add(value.part);
      parts.set(name, seen);
      if (seen.size === value.parts) {
        applied.set(value.chunk, value.revision);
      }
    }
  }
  return members;
}

async function untilAnnounced(but = 0): Promise<void> {
  await eventually(async () => {
    const { rows } = await db.database.pool.query(
      'SELECT FROM membership_delta WHERE announced_at IS NULL AND dead_at IS NULL',
    );
    expect(rows).toHaveLength(but);
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

beforeAll(async () => {
  for (const project of [1, 2, 3, 4, 5]) {
    await createPersons(project);
  }
});

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
  await db.database.pool.query('TRUNCATE membership_delta');
});

describe('the announcer', () => {
  it('tells deltas from which another team rebuilds the members, in parts and in order of revisions', async () => {
    await store(
      1,
      { cohort: 10, revision: 1, entered: range(0, 2_500) },
      { cohort: 10, revision: 2, entered: range(3_000, 3_010), left: range(0, 1_200) },
      { cohort: 11, revision: 1, entered: [7] },
      { cohort: 10, revision: 3, left: [3_000] },
      { cohort: 10, chunk: 1, revision: 1, entered: [4_999] },
    );
    announce();
    await untilAnnounced();
    const told = await distinctTellingsOf(1, 3 + 2 + 1 + 1 + 1);
    const wanted = [...range(1_200, 2_500), ...range(3_001, 3_010), 4_999].map((ordinal) => uuidOf(1, ordinal));
    expect([...membersOf(told, 10)].toSorted()).toEqual(wanted.toSorted());
    expect(membersOf(told, 11)).toEqual(new Set([uuidOf(1, 7)]));
    const steps = told
      .filter((one) => one.key === '1:10')
      .map(
        ({ value }) =>
          `${value.chunk}/${value.revision} ${value.part} of ${value.parts}: +${value.entered.length} -${value.left.length}`,
      );
    expect(steps).toEqual([
      '0/1 1 of 3: +1000 -0',
      '0/1 2 of 3: +1000 -0',
      '0/1 3 of 3: +500 -0',
      '0/2 1 of 2: +10 -990',
      '0/2 2 of 2: +0 -210',
      '0/3 1 of 1: +0 -1',
      '1/1 1 of 1: +1 -0',
    ]);
    expect(told[0]?.value).toMatchObject({ schema_version: 1, version: 1, reason: 'change' });
  });

  it('repeats with the same ids after a crash, and a replay changes nothing', async () => {
    await store(
      2,
      { cohort: 20, revision: 1, entered: range(0, 2_100) },
      { cohort: 20, revision: 2, left: range(0, 100) },
    );
    const relay = announce();
    await untilAnnounced();
    await db.database.pool.query('UPDATE membership_delta SET announced_at = NULL');
    relay.wake();
    await untilAnnounced();
    const told = await tellingsOf(2, (messages) => messages.length >= 8);
    expect(withoutCopies(told)).toHaveLength(4);
    expect(membersOf(told, 20)).toEqual(membersOf(withoutCopies(told), 20));
  });

  it('a delta that cannot be told waits, dies, and blocks no other cohort', async () => {
    await store(
      3,
      { cohort: 30, revision: 1, entered: [1] },
      { cohort: 30, revision: 2, bytes: Buffer.from('poison') },
      { cohort: 31, revision: 1, entered: [PERSONS + 77] },
      { cohort: 30, revision: 3, entered: [2] },
      { cohort: 32, revision: 1, entered: [3] },
    );
    announce({ policy: { maxAttempts: 2, retryMinMs: 50 } });
    await untilAnnounced();
    const told = await distinctTellingsOf(3, 3);
    expect(told.filter((one) => one.key === '3:30').map(({ value }) => value.revision)).toEqual([1, 3]);
    expect(membersOf(told, 32)).toEqual(new Set([uuidOf(3, 3)]));
    const { rows } = await db.database.pool.query<{ last_error: string }>(
      'SELECT cohort_id, attempts, last_error FROM membership_delta WHERE dead_at IS NOT NULL ORDER BY cohort_id',
    );
    expect(rows).toEqual([
      { cohort_id: 30, attempts: 2, last_error: expect.stringContaining('cannot be read') as string },
      { cohort_id: 31, attempts: 2, last_error: expect.stringContaining('no person') as string },
    ]);
  });

  it('shares with others: each delta told, each cohort in order', async () => {
    const changes = range(1, 21).flatMap((revision) =>
      range(40, 50).map((cohort) => ({ cohort, revision, entered: [revision] })),
    );
    await store(4, ...changes);
    [1, 2, 3].forEach(() => announce({ policy: { batchRows: 15 } }));
    await untilAnnounced();
    const told = await distinctTellingsOf(4, 200);
    expect(told).toHaveLength(200);
    for (const ofCohort of Map.groupBy(told, (one) => one.key).values()) {
      expect(ofCohort.map(({ value }) => value.revision)).toEqual(range(1, 21));
    }
  });

  it('prolongs its lease while a long delta is told, so that nobody tells it at the same time', async () => {
    const producer = new MessageProducer(kafka.connection);
    closing.push(() => producer.close());
    const leases = new Set<number>();
    const watching = {
      async sendBatch(batches: readonly OutgoingBatch[]) {
        const before = await leaseEnd();
        await eventually(async () => {
          expect(await databaseTime()).toBeGreaterThan(before - 200);
        });
        leases.add(before);
        await producer.sendBatch(batches);
      },
    };
    const long = range(0, PERSONS);
    await store(
      5,
      ...range(1, 7).map((revision) => ({ cohort: 50, revision, [revision % 2 ? 'entered' : 'left']: long })),
    );
    const metrics = new Metrics();
    announce({ producer: watching, metrics, policy: { leaseMs: 400 } });
    await untilAnnounced();
    expect(leases.size).toBeGreaterThan(2);
    const told = await distinctTellingsOf(5, 30);
    expect(told).toHaveLength(30);
  });
});

async function leaseEnd(): Promise<number> {
  const { rows } = await db.database.pool.query<{ end: number }>(
    'SELECT max(extract(epoch FROM leased_until) * 1000)::float8 AS end FROM membership_delta',
  );
  return rows[0]?.end ?? 0;
}

async function databaseTime(): Promise<number> {
  const { rows } = await db.database.pool.query<{ now: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
  );
  return rows[0]?.now ?? 0;
}
