import type { KafkaMessage, Message } from 'kafkajs';

/** A message nobody could take, and why. */
export interface DeadLetter {
  /** Topic it was read from, without prefix. */
  readonly topic: string;
  readonly partition: number;
  readonly original: KafkaMessage;
  /** Consumer group that gave it up, without prefix. */
  readonly group: string;
  readonly reason: string;
  readonly error?: Error;
  readonly attempts: number;
  /** First and last try. */
  readonly firstTime: Date;
  readonly lastTime: Date;
}

const MAX_TEXT_BYTES = 4_000;

/** The original bytes and headers, and where they come from in `dl_*` headers. */
export function encodeDeadLetter(letter: DeadLetter): Message {
  return {
    key: letter.original.key,
    value: letter.original.value,
    headers: { ...letter.original.headers, ...originOf(letter) },
  };
}

/** For an original so large that the `dl_*` headers lift it over the broker's limit: the origin without the bytes. */
export function encodeDeadLetterWithoutValue(letter: DeadLetter): Message {
  const omitted = String(letter.original.value?.length ?? 0);
  return { key: letter.original.key, value: null, headers: { ...originOf(letter), dl_value_omitted_bytes: omitted } };
}

function originOf(letter: DeadLetter): Record<string, string> {
  const { error, original } = letter;
  return {
    dl_topic: letter.topic,
    dl_partition: String(letter.partition),
    dl_offset: original.offset,
    dl_group: letter.group,
    dl_reason: letter.reason,
    dl_attempts: String(letter.attempts),
    dl_first_time: letter.firstTime.toISOString(),
    dl_last_time: letter.lastTime.toISOString(),
    ...(original.key && { dl_key: original.key.toString() }),
    ...(error && { dl_error: `${error.name}: ${error.message}`.slice(0, MAX_TEXT_BYTES) }),
  };
}
