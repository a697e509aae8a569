/** The body of every refusal, as PostHog's clients expect it. */
export interface ErrorEnvelope {
  readonly type: string;
  readonly code: string;
  readonly detail: string;
  /** The field at fault, nested names joined with `__`; null when no single field is. */
  readonly attr: string | null;
}

type Headers = Readonly<Record<string, string>>;

/** A refusal that a client sees: thrown anywhere below a controller, answered by ErrorEnvelopeFilter. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly envelope: ErrorEnvelope,
    readonly headers: Headers = {},
  ) {
    super(envelope.detail);
    this.name = 'ApiError';
  }
}

const RETRY_AFTER_SECONDS = '1';

/** 400: a field, or with `attr` null the request as a whole, is wrong. */
export function invalid(attr: string | null, detail: string, code = 'invalid'): ApiError {
  return new ApiError(400, { type: 'validation_error', code, detail, attr });
}

/** 400: the body is not JSON; `reason` says where it stops being JSON. */
export function unparsable(reason: string): ApiError {
  return invalid(null, `JSON parse error - ${reason}`, 'parse_error');
}

/** 401: `code` tells missing credentials from wrong ones. */
export function unauthenticated(code: string, detail: string, attr: string | null = null): ApiError {
  const headers = { 'www-authenticate': 'Bearer' };
  return new ApiError(401, { type: 'authentication_error', code, detail, attr }, headers);
}

export function forbidden(detail: string): ApiError {
  return new ApiError(403, { type: 'authentication_error', code: 'permission_denied', detail, attr: null });
}

export function notFound(detail = 'Not found.'): ApiError {
  return new ApiError(404, { type: 'invalid_request', code: 'not_found', detail, attr: null });
}

/** 409: right in itself, but not at this moment. */
export function conflict(code: string, detail: string): ApiError {
  return new ApiError(409, { type: 'invalid_request', code, detail, attr: null });
}

export function methodNotAllowed(method: string, allowed: readonly string[]): ApiError {
  const detail = `Method "${method}" not allowed.`;
  return new ApiError(
    405,
    { type: 'invalid_request', code: 'method_not_allowed', detail, attr: null },
    { allow: allowed.join(', ') },
  );
}

export function tooLarge(detail: string, attr: string | null = null): ApiError {
  return new ApiError(413, { type: 'invalid_request', code: 'request_too_large', detail, attr });
}

export function unsupportedMediaType(what: string): ApiError {
  const detail = `Unsupported media type "${what}" in request.`;
  return new ApiError(415, { type: 'invalid_request', code: 'unsupported_media_type', detail, attr: null });
}

/** 503: something we depend on is away; the same request may succeed a moment later. */
export function unavailable(detail: string): ApiError {
  return new ApiError(
    503,
    { type: 'server_error', code: 'service_unavailable', detail, attr: null },
    { 'retry-after': RETRY_AFTER_SECONDS },
  );
}

/** 503: the question was too large for the time it may take, or the database too busy. */
export function tookTooLong(timeoutMs: number): ApiError {
  const detail = `The answer took longer than ${timeoutMs / 1_000} s. Ask for less (fewer conditions, shorter windows) or try again.`;
  return new ApiError(
    503,
    { type: 'server_error', code: 'timeout', detail, attr: null },
    { 'retry-after': RETRY_AFTER_SECONDS },
  );
}

/** 500: our fault; the log tells more than the answer. */
export function serverError(): ApiError {
  return new ApiError(500, { type: 'server_error', code: 'error', detail: 'A server error occurred.', attr: null });
}
