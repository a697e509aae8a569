import type { KafkaMessage } from 'kafkajs';

import type { Topic } from '#contracts';

import type { AttemptLog, Attempts } from './attempts.js';
import { deadLetter, type Outcome } from './outcome.js';
import { parseMessage } from './parse-message.js';
import type { PartitionRun } from './partition-run.js';
import { type ReceivedMessage, receivedMessage } from './received-message.js';

/** A message on its way through the consumer; `outcome` is set when it is decided. */
export interface Item {
  readonly run: PartitionRun;
  readonly raw: KafkaMessage;
  /** Undefined when it did not parse. */
  readonly message: ReceivedMessage<object> | undefined;
  readonly earlier: Attempts | undefined;
  outcome: Outcome | undefined;
  /** The outcome `retry` comes from an error of unknown kind in a call with this message alone. */
  failedAlone: boolean;
}

export function itemOf(topic: Topic, run: PartitionRun, raw: KafkaMessage, attempts: AttemptLog): Item {
  const earlier = attempts.of(run.key, raw.offset);
  const parsed = parseMessage(topic, raw.value);
  if ('reason' in parsed) {
    const outcome = deadLetter(parsed.reason, new Error(parsed.detail));
    return { run, raw, earlier, message: undefined, outcome, failedAlone: false };
  }
  const origin = {
    topic: topic.name,
    partition: run.partition,
    attempt: (earlier?.count ?? 0) + 1,
    signal: run.signal,
  };
  const message = receivedMessage(parsed.value, raw, origin);
  return { run, raw, earlier, message, outcome: undefined, failedAlone: false };
}
