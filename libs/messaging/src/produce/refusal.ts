/** Broker answers that another try cannot change. */
const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_REQUIRED_ACKS',
  'CORRUPT_MESSAGE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);

/** The broker's reason for refusing, or undefined when the failure may pass. Looks through kafkajs' wrappers. */
export function refusalOf(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const type = 'type' in at ? at.type : undefined;
    if (typeof type === 'string' && REFUSALS.has(type)) {
      return `${type}: ${at.message}`;
    }
  }
  return undefined;
}
