import { DefinitionError } from '#cohort-core';
import { classifyDatabaseError, isStatementTimeout } from '#persistence';

const REVIEW =
  'An error occurred while calculating this cohort. Please review your matching criteria or contact support.';

/** Codes and sentences are PostHog's: its clients show them. */
export const FAILURES = {
  timeout: 'Cohort calculation was terminated for taking too long.',
  memory_limit: 'Cohort calculation was terminated for using too much memory.',
  query_size: 'The matching criteria produced a query that was too large.',
  invalid_regex:
    'This cohort contains an invalid regular expression. Please check your regex syntax in the matching criteria.',
  capacity: 'The system was busy when this cohort was scheduled to calculate. It will automatically retry.',
  interrupted: 'Calculation was interrupted. It will automatically retry.',
  validation_error: REVIEW,
  unknown: REVIEW,
} as const;

export type FailureCode = keyof typeof FAILURES;

/** SQLSTATE (PostgreSQL manual, appendix A): out of memory; too many columns, parameters, nesting; pattern; connections. */
const CODES: Readonly<Record<string, FailureCode>> = {
  '53200': 'memory_limit',
  '54000': 'query_size',
  '54001': 'query_size',
  '54011': 'query_size',
  '54023': 'query_size',
  '2201B': 'invalid_regex',
  '53300': 'capacity',
  '53400': 'capacity',
};

/** The process that held the run died in the middle of it, as often as a run may be attempted. */
export class OwnerDied extends Error {
  constructor(deaths: number) {
    super(`the process that computed this died ${deaths} times in the middle of it`);
    this.name = 'OwnerDied';
  }
}

export function codeOf(error: unknown): FailureCode {
  if (error instanceof DefinitionError) {
    return 'validation_error';
  }
  if (error instanceof OwnerDied) {
    return 'interrupted';
  }
  if (isStatementTimeout(error)) {
    return 'timeout';
  }
  const known = CODES[String((error as { code?: unknown } | null | undefined)?.code)];
  return known ?? (classifyDatabaseError(error) === 'transient' ? 'interrupted' : 'unknown');
}
