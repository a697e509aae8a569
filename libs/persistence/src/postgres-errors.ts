/** SQLSTATE codes with the names we reason in (PostgreSQL manual, appendix A). */
const UNIQUE_VIOLATION = '23505';
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const QUERY_CANCELED = '57014';
const LOCK_NOT_AVAILABLE = '55P03';

/** Classes of SQLSTATE that pass by themselves: connection, resources, operator intervention, system. */
const TRANSIENT_CLASSES = ['08', '53', '57', '58', '40'];
/** Node's and pg's errors of a connection that could not be made or was cut; they carry no SQLSTATE. */
const CONNECTION_CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN'];
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|connection error|client has encountered/i;

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === UNIQUE_VIOLATION;
}

/** Another transaction was in the way; the same work succeeds when it is tried again. */
export function isDeadlock(error: unknown): boolean {
  return [DEADLOCK_DETECTED, SERIALIZATION_FAILURE, LOCK_NOT_AVAILABLE].includes(codeOf(error) ?? '');
}

/** `statement_timeout` ended it. */
export function isStatementTimeout(error: unknown): boolean {
  return codeOf(error) === QUERY_CANCELED;
}

/** Protocol violation: a statement of ours is wrong, though its class speaks of connections. */
const PROTOCOL_VIOLATION = '08P01';
/** Data exceptions and exceeded program limits: what the message asks for can never be stored. */
const MESSAGE_FAULT_CLASSES = ['22', '54'];
/** Integrity and internal errors, which may be the message's doing. */
const DOUBTFUL_CLASSES = ['23', 'XX'];

/**
 * Whose fault a failure is, for a consumer: `fatal` is the message's own and goes aside at once; `transient` is the database's
 * (read-only after a fail-over, a migration that is pending, a wrong password) and waits for as long as it takes; only what is
 * neither is tried a few times.
 */
export function classifyForMessages(error: unknown): 'transient' | 'fatal' | 'unknown' {
  const code = codeOf(error);
  if (code?.length !== SQLSTATE_LENGTH || !/^[0-9A-Z]+$/.test(code)) {
    return classifyDatabaseError(error);
  }
  if (MESSAGE_FAULT_CLASSES.includes(code.slice(0, 2))) {
    return 'fatal';
  }
  const isDoubtful =
    DOUBTFUL_CLASSES.includes(code.slice(0, 2)) || code === PROTOCOL_VIOLATION || code === QUERY_CANCELED;
  return isDoubtful ? 'unknown' : 'transient';
}

const SQLSTATE_LENGTH = 5;

/**
 * Whether trying again can help: `transient` errors are never a message's fault and never end in a dead letter.
 * A statement timeout is `unknown`: it may be load, or a question too large.
 */
export function classifyDatabaseError(error: unknown): 'transient' | 'unknown' {
  const code = codeOf(error);
  if (code === QUERY_CANCELED || code === PROTOCOL_VIOLATION) {
    return 'unknown';
  }
  if (code !== undefined) {
    const isTransient =
      CONNECTION_CODES.includes(code) || (code.length === 5 && TRANSIENT_CLASSES.includes(code.slice(0, 2)));
    return isTransient ? 'transient' : 'unknown';
  }
  return error instanceof Error && CONNECTION_MESSAGES.test(error.message) ? 'transient' : 'unknown';
}
