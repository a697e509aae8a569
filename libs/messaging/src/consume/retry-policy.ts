import { BrokerUnavailableError } from '../produce/errors.js';

/**
 * transient: the world is not ready (database or broker away), the message is fine: tried for ever, never put aside.
 * fatal: will never succeed: put aside at once. unknown: tried a number of times, then put aside.
 */
type ErrorClass = 'transient' | 'fatal' | 'unknown';
export type Classify = (error: unknown) => ErrorClass;

export interface RetryPolicy {
  /** Deliveries of a message that fails with an unknown error before it is put aside. */
  readonly attempts: number;
  /** Pauses double from the first to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** The longest pause while the world is not ready. */
  readonly longestTransientPauseMs: number;
}

/** Ten tries within about six seconds: the rest of the partition waits behind them. */
export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 10,
  firstPauseMs: 50,
  longestPauseMs: 1_000,
  longestTransientPauseMs: 5_000,
};

/** @param attempt of the failure, from 1 */
export function pauseMs(policy: RetryPolicy, attempt: number, isTransient: boolean): number {
  const longest = isTransient ? policy.longestTransientPauseMs : policy.longestPauseMs;
  return Math.min(longest, policy.firstPauseMs * 2 ** Math.min(attempt - 1, 30));
}

/** What every consumer knows to be transient, before it asks its own `classify`. */
export function classifyWith(classify: Classify | undefined): Classify {
  return (error) => (error instanceof BrokerUnavailableError ? 'transient' : (classify?.(error) ?? 'unknown'));
}

export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) {
    return thrown;
  }
  const text = typeof thrown === 'object' && thrown !== null ? JSON.stringify(thrown) : String(thrown);
  return new Error(`not an error was thrown: ${text}`);
}
