import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { LOGGER, type Logger } from '#observability';

import { type ApiError, methodNotAllowed } from './api-error.js';
import { methodsOf } from './route-table.js';
import { toApiError } from './to-api-error.js';

/** The one place where an error becomes an answer: PostHog's envelope, whatever went wrong. */
@Catch()
export class ErrorEnvelopeFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = withMethod(toApiError(exception, request.headers['content-type'] ?? ''), request);
    if (error.status >= 500) {
      this.logger.error(
        { err: exception, method: request.method, url: request.url, status: error.status },
        'request failed',
      );
    }
    if (!reply.sent) {
      answer(reply, request, error);
    }
  }
}

/** A path that exists for other methods is no 404, and no other complaint about this one. */
function withMethod(error: ApiError, request: FastifyRequest): ApiError {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (error.status >= 500) {
    return error;
  }
  const methods = methodsOf(request.server, request.url.split('?')[0] ?? '');
  return methods.length > 0 && !methods.includes(method) ? methodNotAllowed(request.method, methods) : error;
}

function answer(reply: FastifyReply, request: FastifyRequest, error: ApiError): void {
  void reply.code(error.status).headers(error.headers);
  // PostHog answers a DELETE without a body.
  void (error.status === 405 && request.method === 'DELETE' ? reply.send() : reply.send(error.envelope));
}
