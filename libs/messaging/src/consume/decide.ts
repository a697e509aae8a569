import type { MessageHandler } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';

import type { ConsumerContext } from './consumer-context.js';
import type { Item } from './item.js';
import { deadLetter, isOutcome, type Outcome, retryLater } from './outcome.js';
import type { PartitionRun } from './partition-run.js';
import { toError } from './retry-policy.js';

/** Asks the handler what becomes of each message. Errors become outcomes here; none gets past. */
export class Decider {
  constructor(
    private readonly topic: string,
    private readonly handler: MessageHandler,
    private readonly isBatch: boolean,
    private readonly context: ConsumerContext,
  ) {}

  /** Sets the outcome of every item, except of those behind a `retry` in their partition: their turn has not come. */
  async decide(items: readonly Item[]): Promise<void> {
    const blocked = new Set<PartitionRun>();
    const suspects = items.filter(({ earlier }) => earlier?.isAlone === true);
    for (const suspect of suspects) {
      await this.call([suspect], blocked);
    }
    await this.call(
      items.filter((item) => !suspects.includes(item)),
      blocked,
    );
  }

  private async call(items: readonly Item[], blocked: Set<PartitionRun>): Promise<void> {
    const open = items.filter(({ run, message }) => message !== undefined && !blocked.has(run));
    if (open.length === 0) {
      return;
    }
    try {
      const outcomes = await this.invoke(open);
      open.forEach((item, index) => {
        item.outcome = outcomes[index];
      });
    } catch (thrown) {
      await this.recover(open, toError(thrown), blocked);
    }
    for (const { run, outcome } of open) {
      if (outcome?.kind === 'retry') {
        blocked.add(run);
      }
    }
  }

  private async invoke(items: readonly Item[]): Promise<readonly Outcome[]> {
    const stop = this.context.metrics.duration.startTimer({ topic: this.topic });
    this.context.metrics.batchSize.observe({ topic: this.topic }, items.length);
    try {
      const messages = items.map(({ message }) => message);
      const answer: unknown = await this.handler(this.isBatch ? messages : messages[0]);
      const value = isObservable(answer) ? await firstValueFrom(answer, { defaultValue: undefined }) : answer;
      return outcomesOf(value, items.length);
    } finally {
      stop();
    }
  }

  private async recover(items: readonly Item[], error: Error, blocked: Set<PartitionRun>): Promise<void> {
    const [first, ...others] = items;
    const isAborted = first?.run.signal.aborted === true;
    const kind = isAborted ? 'transient' : this.context.classify(error);
    if (kind === 'transient') {
      items.forEach((item) => {
        item.outcome = retryLater(isAborted ? 'stopping' : 'transient', error);
      });
    } else if (first !== undefined && others.length === 0) {
      this.giveUpOrRetry(first, error, kind);
    } else {
      const middle = Math.ceil(items.length / 2);
      await this.call(items.slice(0, middle), blocked);
      await this.call(items.slice(middle), blocked);
    }
  }

  private giveUpOrRetry(item: Item, error: Error, kind: 'fatal' | 'unknown'): void {
    const failures = (item.earlier?.unknown ?? 0) + 1;
    if (kind === 'fatal' || failures >= this.context.retry.attempts) {
      item.outcome = deadLetter(kind === 'fatal' ? 'fatal' : 'attempts-exhausted', error);
    } else {
      item.failedAlone = true;
      item.outcome = retryLater('unknown', error);
    }
  }
}

function outcomesOf(answer: unknown, count: number): readonly Outcome[] {
  if (isOutcome(answer)) {
    return Array.from({ length: count }, () => answer);
  }
  if (Array.isArray(answer) && answer.length === count && answer.every(isOutcome)) {
    return answer;
  }
  const what = Array.isArray(answer) ? `${answer.length} values` : typeof answer;
  throw new Error(`the handler must answer one outcome, or ${count} in order; it answered ${what}`);
}
