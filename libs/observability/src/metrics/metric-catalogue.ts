/** What a metric tells and when somebody should be woken by it. Ids are logged, never labelled, to keep the number of series bounded. */
export interface MetricDefinition<L extends string = string> {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly L[];
  /** When to alert; empty where the metric only explains. */
  readonly alert: string;
  readonly buckets?: readonly number[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

function metric<const L extends string>(definition: MetricDefinition<L>): MetricDefinition<L> {
  return definition;
}

/** The metrics of the libraries every app uses; an app's own stand in the app. Generates docs/reference/metrics.md. */
export const METRICS = {
  consumerLag: metric({
    name: 'muster_consumer_lag',
    kind: 'gauge',
    help: 'Messages of an assigned partition that are not committed yet.',
    labels: ['group', 'topic', 'partition'],
    alert: 'Grows for 10 minutes, or above 100,000.',
  }),
  consumerMessages: metric({
    name: 'muster_consumer_messages_total',
    kind: 'counter',
    help: 'Messages acted on, by outcome: ok, drop, dead-letter; retry counts each attempt that failed.',
    labels: ['topic', 'outcome'],
    alert: 'No ok for 10 minutes while consumer lag is above 0.',
  }),
  consumerDuration: metric({
    name: 'muster_consumer_duration_seconds',
    kind: 'histogram',
    help: 'How long a handler took, for one message or one batch.',
    labels: ['topic'],
    alert: 'p99 above the session timeout (10 s).',
    buckets: SECONDS,
  }),
  consumerBatchSize: metric({
    name: 'muster_consumer_batch_messages',
    kind: 'histogram',
    help: 'How many messages one handler call got.',
    labels: ['topic'],
    alert: '',
    buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000],
  }),
  deadLetters: metric({
    name: 'muster_dead_letters_total',
    kind: 'counter',
    help: 'Messages put aside into <topic>.dead-letter, by reason.',
    labels: ['topic', 'reason'],
    alert: 'Any increase: somebody must look at the message.',
  }),
  consumerRebalances: metric({
    name: 'muster_consumer_rebalances_total',
    kind: 'counter',
    help: 'Times this member joined its group anew.',
    labels: ['group'],
    alert: 'More than 6 in 10 minutes outside a deploy.',
  }),
  consumerCrashes: metric({
    name: 'muster_consumer_crashes_total',
    kind: 'counter',
    help: 'Crashes of the Kafka client; restart=false ends the process.',
    labels: ['group', 'restart'],
    alert: 'restart=false at all; restart=true more than 3 in 10 minutes.',
  }),
  offsetResets: metric({
    name: 'muster_consumer_offset_resets_total',
    kind: 'counter',
    help: 'Committed offsets the broker no longer had (retention): messages were lost, reading went on at the earliest.',
    labels: ['topic'],
    alert: 'Any increase: recalculate what the topic feeds.',
  }),
  published: metric({
    name: 'muster_published_total',
    kind: 'counter',
    help: 'Records sent to Kafka, by result: ok, refused, unavailable.',
    labels: ['topic', 'result'],
    alert: 'refused at all; unavailable for 5 minutes.',
  }),
  publishDuration: metric({
    name: 'muster_publish_duration_seconds',
    kind: 'histogram',
    help: 'From send() until the brokers acknowledged.',
    labels: [],
    alert: 'p99 above 1 s for 10 minutes.',
    buckets: SECONDS,
  }),
} as const;
