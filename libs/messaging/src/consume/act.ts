import type { ConsumerContext } from './consumer-context.js';
import type { Item } from './item.js';
import type { Outcome } from './outcome.js';
import type { PartitionRun } from './partition-run.js';
import { pauseMs, toError } from './retry-policy.js';

const LOG_EVERY_ATTEMPTS = 10;

/** Does what was decided: dead letters first, and only then is a message passed, so that none is neither here nor there. */
export class Actor {
  constructor(
    private readonly topic: string,
    private readonly context: ConsumerContext,
  ) {}

  async act(items: readonly Item[]): Promise<void> {
    const decided = untilFirstRetry(items);
    await Promise.all(decided.map(async (item) => this.putAside(item)));
    for (const item of decided) {
      this.passOrHold(item);
    }
    this.count(decided);
  }

  private async putAside(item: Item): Promise<void> {
    const { outcome, raw, run } = item;
    if (outcome?.kind !== 'dead-letter') {
      return;
    }
    const { reason, error } = outcome;
    const now = new Date();
    const origin = { topic: this.topic, partition: run.partition, original: raw, group: this.context.group };
    const tries = {
      attempts: (item.earlier?.count ?? 0) + 1,
      firstTime: item.earlier?.firstTime ?? now,
      lastTime: now,
    };
    try {
      await this.context.producer.sendDeadLetter({ ...origin, ...tries, reason, ...(error && { error }) });
      this.context.metrics.deadLetters.inc({ topic: this.topic, reason });
      this.context.logger.error({ ...where(item), reason, error }, 'message put aside as a dead letter');
    } catch (thrown) {
      item.outcome = { kind: 'retry', reason: 'dead letter not written', error: toError(thrown) };
    }
  }

  private passOrHold(item: Item): void {
    const { outcome, raw, run } = item;
    if (run.heldForMs !== undefined) {
      return;
    }
    if (outcome === undefined || outcome.kind === 'retry') {
      this.hold(item, outcome);
      return;
    }
    if (outcome.kind === 'drop') {
      this.context.logger.debug({ ...where(item), reason: outcome.reason }, 'message dropped');
    }
    this.context.attempts.passed(run.key);
    run.pass(raw);
  }

  private hold(item: Item, outcome: Extract<Outcome, { kind: 'retry' }> | undefined): void {
    const { failedAlone, raw, run } = item;
    const failure = { isUnknown: failedAlone, isAlone: failedAlone, time: new Date() };
    const { count } = this.context.attempts.failed(run.key, raw.offset, failure);
    run.hold(pauseMs(this.context.retry, count, !failedAlone));
    const level = count % LOG_EVERY_ATTEMPTS === 1 ? 'warn' : 'debug';
    const fields = { ...where(item), attempt: count, reason: outcome?.reason, error: outcome?.error };
    this.context.logger[level](fields, 'message is tried again later');
  }

  private count(items: readonly Item[]): void {
    for (const [outcome, { length }] of Map.groupBy(items, (item) => item.outcome?.kind ?? 'retry')) {
      this.context.metrics.messages.inc({ topic: this.topic, outcome }, length);
    }
  }
}

/** Of each partition the messages up to the first that is not done, that one included. */
function untilFirstRetry(items: readonly Item[]): Item[] {
  const stopped = new Set<PartitionRun>();
  return items.filter(({ run, outcome }) => {
    if (stopped.has(run)) {
      return false;
    }
    if (outcome === undefined || outcome.kind === 'retry') {
      stopped.add(run);
    }
    return true;
  });
}

function where({ run, raw }: Item): object {
  return { topic: run.topic, partition: run.partition, offset: raw.offset, key: raw.key?.toString() };
}
