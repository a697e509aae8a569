import { randomBytes } from 'node:crypto';

import { TOPICS } from '#contracts';
import { ensureTopics, KafkaConnection } from '#messaging';

import { eventually } from './eventually.js';
import { askForKafka } from './servers/ask.js';

/** The topics of one test file; read it in tests and hooks, not while the file is being loaded. */
export interface TestKafka {
  readonly brokers: string[];
  /** Before each topic and group of this file. */
  readonly topicPrefix: string;
  readonly connection: KafkaConnection;
}

/** The first of all may have to wait for Kafka's jars, 43 MB by Maven. */
const SET_UP_WITHIN_MS = 400_000;

/** Gives the file (or describe) that calls it every topic of Muster under a prefix of its own; they are deleted at the end. */
export function useKafka(): TestKafka {
  let opened: TestKafka | undefined;
  const get = () => opened ?? missing();
  beforeAll(async () => {
    const { brokers } = await askForKafka();
    const topicPrefix = `t${randomBytes(5).toString('hex')}.`;
    const connection = new KafkaConnection({ clientId: 'muster-test', brokers, topicPrefix });
    // A topic just created is not at once known to the broker that is asked for its leaders.
    await eventually(() => ensureTopics(connection, Object.values(TOPICS)));
    opened = { brokers, topicPrefix, connection };
  }, SET_UP_WITHIN_MS);
  afterAll(async () => {
    if (opened !== undefined) {
      await deleteTopics(opened);
    }
  });
  return {
    get brokers() {
      return get().brokers;
    },
    get topicPrefix() {
      return get().topicPrefix;
    },
    get connection() {
      return get().connection;
    },
  };
}

async function deleteTopics({ connection, topicPrefix }: TestKafka): Promise<void> {
  const admin = connection.kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(topicPrefix));
    await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}

function missing(): never {
  throw new Error('The test topics exist inside tests and hooks only: read them there.');
}
