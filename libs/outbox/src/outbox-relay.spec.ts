import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { TOPICS } from '#contracts';
import { KafkaConnection, MessageProducer, type OutgoingBatch, type ReceivedMessage } from '#messaging';
import { Metrics, SILENT_LOGGER } from '#observability';
import { eventually, readTopic, useDatabase, useKafka } from '#testing';

import { appendToOutbox, type OutboxMessage } from './append-messages/append-to-outbox.js';
import { OutboxRelay, type RelayOptions } from './outbox-relay.js';

const db = useDatabase();
const kafka = useKafka();
const closing: (() => Promise<void>)[] = [];

type Sender = Pick<MessageProducer, 'sendBatch'>;

function producer(connection: KafkaConnection = kafka.connection): MessageProducer {
  const made = new MessageProducer(connection);
  closing.push(() => made.close());
  return made;
}

function relay(sender: Sender, options: Partial<RelayOptions> = {}): OutboxRelay {
  const made = new OutboxRelay({
    database: db.database,
    producer: sender,
    metrics: new Metrics(),
    logger: SILENT_LOGGER,
    ...options,
  });
  made.start();
  closing.unshift(() => made.stop());
  return made;
}

/** Rows of a project of their own, so that a test finds its messages in the topic. */
function message(projectId: number, key: number, place: number, text = ''): OutboxMessage {
  const body = { schema_version: 1, project_id: projectId, cohort_id: key, name: text, place };
  return { topic: TOPICS.cohortCreated, key: `${projectId}:${key}`, projectId, message: body };
}

async function commit(messages: readonly OutboxMessage[]): Promise<void> {
  await db.database.transaction((transaction) => appendToOutbox(transaction, messages));
}

type Told = ReceivedMessage<{ project_id: number; cohort_id: number; place: number }>;

/** Reads until `enough` holds for the number of messages of the project and of different ids among them. */
async function tellingsOf(projectId: number, enough: (count: number, ids: number) => boolean): Promise<Told[]> {
  const told: Told[] = [];
  const ids = new Set<string>();
  await readTopic(kafka, TOPICS.cohortCreated, (messages) => {
    const last = messages.at(-1) as Told | undefined;
    if (last?.value.project_id === projectId) {
      told.push(last);
      ids.add(last.id);
    }
    return enough(told.length, ids.size);
  });
  return told;
}

function distinct(messages: readonly { id: string }[]): number {
  return new Set(messages.map((one) => one.id)).size;
}

/** The places of each key in the order in which they were told first. */
function firstTellings(messages: readonly Told[]): number[][] {
  const seen = new Set<string>();
  const first = messages.filter((one) => !seen.has(one.id) && seen.add(one.id));
  return [...Map.groupBy(first, (one) => one.key).values()].map((ofKey) => ofKey.map((one) => one.value.place));
}

function ascending(places: readonly number[]): number[] {
  return places.toSorted((a, b) => a - b);
}

async function open(): Promise<number> {
  const { rows } = await db.database.pool.query('SELECT FROM outbox WHERE published_at IS NULL AND dead_at IS NULL');
  return rows.length;
}

async function untilAllTold(withinMs = 60_000): Promise<void> {
  await eventually(
    async () => {
      expect(await open()).toBe(0);
    },
    { withinMs },
  );
}

async function value(metrics: Metrics, name: string, labels: object): Promise<number> {
  const metric = await metrics.registry.getSingleMetric(name)?.get();
  const found = metric?.values.find((one) => Object.entries(labels).every(([key, label]) => one.labels[key] === label));
  return found?.value ?? 0;
}

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
  await db.database.pool.query('TRUNCATE outbox');
});

describe('the relay', () => {
  it('tells what was committed, as a CloudEvent, within milliseconds of the wake', async () => {
    const outbox = relay(producer());
    await commit([message(1, 1, 0)]);
    outbox.wake();
    await untilAllTold();
    const { rows } = await db.database.pool.query<{ id: string; created_at: Date }>(
      'SELECT id, created_at FROM outbox',
    );
    const [told] = await tellingsOf(1, (count) => count === 1);
    expect(told).toMatchObject({ id: rows[0]?.id, key: '1:1', value: { cohort_id: 1, place: 0 } });
    expect(told?.headers).toMatchObject({
      ce_specversion: '1.0',
      ce_type: 'cohort.created',
      ce_subject: '1:1',
      ce_time: rows[0]?.created_at.toISOString(),
      'content-type': 'application/json',
    });
  });

  it('finds by itself what a process left that died before it could wake anybody', async () => {
    await commit([message(2, 1, 0)]);
    relay(producer());
    await untilAllTold();
    await commit([message(2, 1, 1)]);
    await untilAllTold();
  });

  it('shares with others: each row taken by one of them, each key in order (R04)', async () => {
    const rows = Array.from({ length: 10_000 }, (_, place) => message(4, place % 500, place));
    const metrics = new Metrics();
    const relays = [1, 2, 3].map(() => relay(producer(), { metrics, policy: { batchRows: 200 } }));
    for (let from = 0; from < rows.length; from += 2_000) {
      await commit(rows.slice(from, from + 2_000));
      relays.forEach((one) => {
        one.wake();
      });
    }
    await untilAllTold();
    const told = await tellingsOf(4, (_, ids) => ids === rows.length);
    expect(distinct(told)).toBe(rows.length);
    expect(await value(metrics, 'muster_outbox_publish_total', { result: 'published' })).toBe(rows.length);
    expect(await value(metrics, 'muster_outbox_lease_lost_total', {})).toBe(0);
    for (const places of firstTellings(told)) {
      expect(places).toEqual(ascending(places));
    }
  });

  it('that stalls past its lease repeats with the same ids, in order, and marks nothing (R05)', async () => {
    const real = producer();
    const resume = Promise.withResolvers<undefined>();
    const stalled: Sender = {
      async sendBatch(batches: readonly OutgoingBatch[]) {
        await resume.promise;
        await real.sendBatch(batches);
      },
    };
    const metrics = new Metrics();
    await commit([0, 1, 2].map((place) => message(5, 1, place)));
    relay(stalled, { metrics, policy: { leaseMs: 200 } });
    await eventually(async () => {
      const { rows } = await db.database.pool.query('SELECT FROM outbox WHERE lease_token IS NOT NULL');
      expect(rows).toHaveLength(3);
    });
    await commit([message(5, 1, 3)]);
    relay(real);
    await untilAllTold();
    resume.resolve(undefined);
    const told = await tellingsOf(5, (count) => count >= 7);
    expect(distinct(told)).toBe(4);
    expect(firstTellings(told)).toEqual([[0, 1, 2, 3]]);
    await eventually(async () => {
      expect(await value(metrics, 'muster_outbox_lease_lost_total', {})).toBe(3);
    });
  });

  it('buries a row that is too large; the others do not wait, and its key goes on (R07)', async () => {
    const metrics = new Metrics();
    const small = Array.from({ length: 500 }, (_, place) => message(7, place % 50, place));
    await commit([
      ...small,
      message(7, 49, 500, 'x'.repeat(2_000_000)),
      ...small.map((_, place) => message(7, place % 50, 501 + place)),
    ]);
    relay(producer(), { metrics, policy: { maxAttempts: 3, retryMinMs: 20 } });
    await untilAllTold();
    const told = await tellingsOf(7, (_, ids) => ids === 1_000);
    expect(distinct(told)).toBe(1_000);
    for (const places of firstTellings(told)) {
      expect(places).toEqual(ascending(places));
    }
    const { rows } = await db.database.pool.query('SELECT attempts, last_error FROM outbox WHERE dead_at IS NOT NULL');
    expect(rows).toEqual([{ attempts: 3, last_error: expect.stringContaining('refused') as string }]);
    expect(await value(metrics, 'muster_outbox_dead_total', { ledger: 'outbox' })).toBe(1);
    expect(await value(metrics, 'muster_outbox_publish_total', { result: 'published' })).toBe(1_000);
  });

  it('charges nobody while the brokers are away, and goes on when they are back', async () => {
    const away = producer(
      new KafkaConnection({ clientId: 'away', brokers: ['127.0.0.1:1'], topicPrefix: kafka.topicPrefix }),
    );
    const back = producer();
    let isAway = true;
    const metrics = new Metrics();
    await commit([0, 1].map((place) => message(8, 1, place)));
    relay(
      { sendBatch: (batches) => (isAway ? away.sendBatch(batches, { timeoutMs: 200 }) : back.sendBatch(batches)) },
      { metrics },
    );
    await eventually(async () => {
      expect(await value(metrics, 'muster_outbox_publish_total', { result: 'unavailable' })).toBeGreaterThan(2);
    });
    const { rows } = await db.database.pool.query('SELECT DISTINCT attempts, dead_at FROM outbox');
    expect(rows).toEqual([{ attempts: 0, dead_at: null }]);
    isAway = false;
    await untilAllTold();
  });

  it('sends what is there before it stops', async () => {
    const outbox = relay(producer());
    await commit(Array.from({ length: 300 }, (_, place) => message(9, place, place)));
    await outbox.stop();
    await untilAllTold();
    await commit([message(9, 1, 300)]);
    outbox.wake();
    expect(await open()).toBe(1);
  });

  it('killed between publish and mark, repeats with the same id in the same partition, and loses nothing (R03)', async () => {
    const rows = Array.from({ length: 300 }, (_, place) => message(3, place % 20, place));
    await commit(rows);
    expect(await runRelayThatDies(1)).toBe('SIGKILL');
    let kills = 1;
    while ((await open()) > 0) {
      kills += (await runRelayThatDies(0.2)) === 'SIGKILL' ? 1 : 0;
    }
    const told = await tellingsOf(3, (count, ids) => ids === 300 && count >= 300 + kills);
    expect(told.length).toBeLessThanOrEqual(300 + kills * 50);
    for (const copies of Map.groupBy(told, (one) => one.id).values()) {
      expect(new Set(copies.map((one) => one.partition)).size).toBe(1);
    }
    for (const places of firstTellings(told)) {
      expect(places).toEqual(ascending(places));
    }
  });
});

/** A relay in a process of its own, from dist: it dies after a publish, with this probability, or ends when all is told. */
async function runRelayThatDies(probability: number): Promise<string> {
  const script = `
    import { Database } from '#persistence';
    import { KafkaConnection, MessageProducer } from '#messaging';
    import { Metrics, SILENT_LOGGER } from '#observability';
    import { OutboxRelay } from '#outbox';
    const database = await Database.connect({ url: ${JSON.stringify(db.url)}, poolSize: 2, applicationName: 'dying-relay' });
    const connection = new KafkaConnection({ clientId: 'dying', brokers: ${JSON.stringify(kafka.brokers)}, topicPrefix: '${kafka.topicPrefix}' });
    const options = { database, producer: new MessageProducer(connection), metrics: new Metrics(), logger: SILENT_LOGGER };
    new OutboxRelay({ ...options, policy: { batchRows: 50, leaseMs: 300 } }).start();
    const isOver = async () => (await database.pool.query('SELECT FROM outbox WHERE published_at IS NULL')).rowCount === 0;
    while (!(await isOver())) await new Promise((resolve) => setTimeout(resolve, 20));
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { MUSTER_TEST: '1', FAIL_AT: `outbox.after_publish:${probability}` },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 60_000,
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? String(code);
}
