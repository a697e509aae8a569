export { announceLimit } from './announce-limits/announce-limit.js';
export { appendToOutbox, outboxInsert, type OutboxMessage } from './append-messages/append-to-outbox.js';
export { OUTBOX_METRICS } from './ledger/ledger-metrics.js';
export { OutboxModule } from './outbox.module.js';
export { OutboxRelay, type RelayOptions } from './outbox-relay.js';
