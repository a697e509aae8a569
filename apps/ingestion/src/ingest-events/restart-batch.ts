/** Another transaction got in between: what was read no longer holds. The batch is rolled back and run again. */
export class RestartBatch extends Error {
  /** @param reason a short sentence without values: it becomes a metric's label */
  constructor(readonly reason: string) {
    super(reason);
    this.name = 'RestartBatch';
  }
}
