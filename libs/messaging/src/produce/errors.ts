/** The brokers did not acknowledge in time. The records may be written all the same: send them again with the same ids. */
export class BrokerUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BrokerUnavailableError';
  }
}

/** The brokers will never take this record, mostly because it is too large. Sending it again is of no use. */
export class RecordRefusedError extends Error {
  constructor(
    readonly topic: string,
    readonly recordId: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`record ${recordId} of topic ${topic} was refused: ${reason}`, options);
    this.name = 'RecordRefusedError';
  }
}
