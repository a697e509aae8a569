import { type Topic, TOPICS } from '#contracts';

import type { JsonSchema } from './payload-schemas.js';

/** Other teams write here with whatever client they have: nothing but the value is asked of them. */
const OPEN_TOPICS: readonly Topic[] = [TOPICS.events];

/** CloudEvents 1.0, Kafka protocol binding, binary mode: the attributes are headers, the value is the data. */
export function headersSchema(topic: Topic): JsonSchema {
  const properties = {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: {
      type: 'string',
      format: 'uuid',
      description: 'The same for every copy of the same fact: delivery is at least once, so drop what you have seen.',
    },
    ce_type: { type: 'string', const: topic.name },
    ce_source: { type: 'string', pattern: '^/muster/', description: 'The service that wrote it.' },
    ce_time: { type: 'string', format: 'date-time', description: 'When it happened.' },
    ce_subject: { type: 'string', description: 'The record key.' },
    'content-type': { type: 'string', const: 'application/json' },
    traceparent: { type: 'string', description: 'W3C trace context, where there is one.' },
  };
  if (OPEN_TOPICS.includes(topic)) {
    const description =
      'Written by Muster; optional for other teams, whose records then get an id made from topic, partition and offset.';
    return { type: 'object', description, properties };
  }
  return { type: 'object', required: Object.keys(properties).filter((name) => name !== 'traceparent'), properties };
}
