import { BrokerUnavailableError } from './errors.js';

/** One caller waiting for the acknowledgement of all its records, for so long and no longer. */
export class PendingSend {
  readonly promise: Promise<void>;
  /** Why the last try failed; the cause of the error when time runs out. */
  lastError: unknown;
  isSettled = false;
  private readonly settle: { resolve: () => void; reject: (error: Error) => void };
  private readonly timer: NodeJS.Timeout;

  constructor(
    private unacknowledged: number,
    timeoutMs: number,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.promise = promise as Promise<unknown> as Promise<void>;
    this.settle = {
      resolve: () => {
        resolve(undefined);
      },
      reject,
    };
    this.timer = setTimeout(() => {
      this.fail(new BrokerUnavailableError(`not acknowledged within ${timeoutMs} ms`, { cause: this.lastError }));
    }, timeoutMs);
  }

  acknowledgeOne(): void {
    this.unacknowledged -= 1;
    if (this.unacknowledged === 0 && this.end()) {
      this.settle.resolve();
    }
  }

  fail(error: Error): void {
    if (this.end()) {
      this.settle.reject(error);
    }
  }

  private end(): boolean {
    clearTimeout(this.timer);
    const first = !this.isSettled;
    this.isSettled = true;
    return first;
  }
}
