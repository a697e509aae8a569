import { deadLetterTopic, type Topic, TOPICS } from '#contracts';

import type { ClassDocs } from './class-docs.js';
import { headersSchema } from './headers-schema.js';
import { type JsonSchema, nestedClasses, schemaOf } from './payload-schemas.js';

const DAY_MS = 86_400_000;
const BINDING = { bindingVersion: '0.5.0' };

const DESCRIPTION = `Muster's Kafka topics. Every topic may carry a prefix of the installation (\`KAFKA_TOPIC_PREFIX\`).
Values are JSON with a \`schema_version\`; fields are only ever added to a version, so ignore what you do not know.
Headers are CloudEvents 1.0 in binary mode. Delivery is at least once, in order per record key; copies carry the same \`ce_id\`.
A message a consumer of Muster cannot take goes to \`<topic>.dead-letter\` with its bytes unchanged and its origin and the reason in
the headers \`dl_topic\`, \`dl_partition\`, \`dl_offset\`, \`dl_key\`, \`dl_group\`, \`dl_reason\`, \`dl_error\`, \`dl_attempts\`, \`dl_first_time\`, \`dl_last_time\`.`;

export interface AsyncApiDocument {
  readonly asyncapi: string;
  readonly channels: Record<string, object>;
  readonly components: {
    readonly messages: Record<string, { readonly headers: JsonSchema; readonly payload: { readonly $ref: string } }>;
    readonly schemas: Record<string, JsonSchema>;
  };
  readonly [part: string]: unknown;
}

/** The AsyncAPI 3 document of all topics, made from TOPICS and the message classes. */
export function asyncApiDocument(docs: ClassDocs): AsyncApiDocument {
  const topics: [string, Topic][] = Object.entries(TOPICS);
  const classes = topics.flatMap(([, topic]) => [topic.message, ...nestedClasses(topic.message)]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Muster',
      version: '1.0.0',
      description: DESCRIPTION,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(topics.map(([id, topic]) => [id, channelOf(topic)])),
    operations: Object.fromEntries(topics.map(([id, topic]) => [`${topic.owner}.${id}`, operationOf(id, topic)])),
    components: {
      messages: Object.fromEntries(topics.map(([, topic]) => [topic.message.name, messageOf(topic)])),
      schemas: Object.fromEntries(classes.map((one) => [one.name, schemaOf(one, docs)])),
    },
  };
}

function channelOf(topic: Topic): object {
  const { name } = topic.message;
  return {
    address: topic.name,
    title: topic.name,
    description: `${topic.purpose} Dead letters: \`${deadLetterTopic(topic.name)}\`.`,
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    bindings: {
      kafka: {
        topic: topic.name,
        partitions: topic.partitions,
        topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': topic.retentionDays * DAY_MS },
        ...BINDING,
      },
    },
  };
}

function operationOf(id: string, topic: Topic): object {
  return {
    action: 'send',
    title: `${topic.owner} writes ${topic.name}`,
    summary: topic.purpose,
    channel: { $ref: `#/channels/${id}` },
    messages: [{ $ref: `#/channels/${id}/messages/${topic.message.name}` }],
  };
}

function messageOf(topic: Topic): AsyncApiDocument['components']['messages'][string] {
  const message = {
    name: topic.message.name,
    title: topic.name,
    summary: topic.purpose,
    contentType: 'application/json',
    headers: headersSchema(topic),
    payload: { $ref: `#/components/schemas/${topic.message.name}` },
    bindings: {
      kafka: { key: { type: 'string', description: `\`${topic.key}\`, UTF-8.`, pattern: '^[1-9][0-9]*:' }, ...BINDING },
    },
  };
  return message;
}
