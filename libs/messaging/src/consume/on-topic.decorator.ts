import { EventPattern } from '@nestjs/microservices';

import type { Topic } from '#contracts';

import type { Outcome } from './outcome.js';
import type { ReceivedMessage } from './received-message.js';

type Handler<T> = (message: ReceivedMessage<T>) => Promise<Outcome>;
type BatchHandler<T> = (messages: ReceivedMessage<T>[]) => Promise<Outcome | readonly Outcome[]>;
type Decorates<H> = (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<H>) => void;

/** `@EventPattern` for a topic, with the handler's types held to the topic's message. */
export function OnMessage<T extends object>(topic: Topic<T>): Decorates<Handler<T>> {
  return EventPattern(topic.name) as unknown as Decorates<Handler<T>>;
}

/** As `OnMessage`, for at most `maxBatch` messages at once (default 1,000), of several partitions and in order within each; calls at once (`batchesAtOnce` of the strategy) have partitions of their own each. */
export function OnBatch<T extends object>(
  topic: Topic<T>,
  options: { maxBatch?: number } = {},
): Decorates<BatchHandler<T>> {
  return EventPattern(topic.name, { batch: true, ...options }) as unknown as Decorates<BatchHandler<T>>;
}
