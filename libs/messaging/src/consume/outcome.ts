/** What a handler made of a message. */
export type Outcome =
  | { readonly kind: 'ok' }
  /** Nothing to do, and that is fine; the reason is counted and logged. */
  | { readonly kind: 'drop'; readonly reason: string }
  /** Nobody will ever be able to do it: put aside for a human. */
  | { readonly kind: 'dead-letter'; readonly reason: string; readonly error?: Error }
  /** Not now: try again with growing pauses, for as long as it takes. */
  | { readonly kind: 'retry'; readonly reason: string; readonly error?: Error };

const OK: Outcome = { kind: 'ok' };

export function ok(): Outcome {
  return OK;
}

export function drop(reason: string): Outcome {
  return { kind: 'drop', reason };
}

export function deadLetter(reason: string, error?: Error): Outcome {
  return { kind: 'dead-letter', reason, ...(error && { error }) };
}

export function retryLater(reason: string, error?: Error): Outcome {
  return { kind: 'retry', reason, ...(error && { error }) };
}

const KINDS: readonly unknown[] = ['ok', 'drop', 'dead-letter', 'retry'];

export function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'object' && value !== null && 'kind' in value && KINDS.includes(value.kind);
}
