import type { Logger } from '#observability';

import type { MessageProducer } from '../produce/message-producer.js';
import type { AttemptLog } from './attempts.js';
import type { ConsumerMetrics } from './consumer-metrics.js';
import type { Classify, RetryPolicy } from './retry-policy.js';

/** What the parts of one consumer share. */
export interface ConsumerContext {
  /** Without prefix. */
  readonly group: string;
  readonly producer: MessageProducer;
  readonly logger: Logger;
  readonly metrics: ConsumerMetrics;
  readonly classify: Classify;
  readonly retry: RetryPolicy;
  readonly attempts: AttemptLog;
}
