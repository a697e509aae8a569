import { HttpException } from '@nestjs/common';

import { BrokerUnavailableError, RecordRefusedError } from '#messaging';
import { classifyDatabaseError } from '#persistence';

import { ApiError, invalid, notFound, serverError, tooLarge, unavailable, unsupportedMediaType } from './api-error.js';

/** PostgreSQL's class 22, "data exception": a value that passed our checks but no column takes. */
const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/;

interface Coded {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
}

/** Every error becomes an answer; what nobody foresaw is a 500 that tells nothing. */
export function toApiError(error: unknown, contentType: string): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  return ofDependency(error) ?? ofFramework(error, contentType) ?? serverError();
}

function ofDependency(error: unknown): ApiError | undefined {
  if (error instanceof BrokerUnavailableError) {
    return unavailable('Events cannot be accepted at the moment. Please try again.');
  }
  if (error instanceof RecordRefusedError) {
    return tooLarge('An event is too large.');
  }
  if (typeof codeOf(error) === 'string' && DATA_EXCEPTION.test(codeOf(error) as string)) {
    return invalid(null, 'A value is out of the range that can be stored.');
  }
  return classifyDatabaseError(error) === 'transient'
    ? unavailable('The database is not available at the moment. Please try again.')
    : undefined;
}

function ofFramework(error: unknown, contentType: string): ApiError | undefined {
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return tooLarge('The request body is too large.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType(contentType);
  }
  const status = statusOf(error);
  if (status === 404) {
    return notFound();
  }
  if (status === 413) {
    return tooLarge('The request body is too large.');
  }
  return status !== undefined && status >= 400 && status < 500
    ? new ApiError(status, { type: 'invalid_request', code: 'invalid', detail: messageOf(error), attr: null })
    : undefined;
}

function codeOf(error: unknown): unknown {
  return (error as Coded | undefined)?.code;
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof HttpException ? error.getStatus() : (error as Coded | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

function messageOf(error: unknown): string {
  const message = (error as Coded | undefined)?.message;
  return typeof message === 'string' ? message : 'The request is not valid.';
}
