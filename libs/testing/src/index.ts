export { consumerLag } from './consumer-lag.js';
export { createTestProject, type TestProject } from './create-test-project.js';
export { eventually } from './eventually.js';
export { readTopic } from './read-topic.js';
export { SERVICE_NAMES, type ServiceName, type ServiceProcess, startService } from './start-service.js';
export { type TestDatabase, useDatabase } from './use-database.js';
export { type TestKafka, useKafka } from './use-kafka.js';
export { type TestStack, useStack } from './use-stack.js';
