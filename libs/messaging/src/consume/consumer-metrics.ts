import type { Metrics } from '#observability';
import { METRICS } from '#observability';

/** What a consumer tells of itself. */
export class ConsumerMetrics {
  readonly lag;
  readonly messages;
  readonly duration;
  readonly batchSize;
  readonly deadLetters;
  readonly rebalances;
  readonly crashes;
  readonly offsetResets;

  constructor(metrics: Metrics) {
    this.lag = metrics.gauge(METRICS.consumerLag);
    this.messages = metrics.counter(METRICS.consumerMessages);
    this.duration = metrics.histogram(METRICS.consumerDuration);
    this.batchSize = metrics.histogram(METRICS.consumerBatchSize);
    this.deadLetters = metrics.counter(METRICS.deadLetters);
    this.rebalances = metrics.counter(METRICS.consumerRebalances);
    this.crashes = metrics.counter(METRICS.consumerCrashes);
    this.offsetResets = metrics.counter(METRICS.offsetResets);
  }
}
