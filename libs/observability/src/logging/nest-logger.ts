import type { LoggerService } from '@nestjs/common';

import type { Logger } from './logger.js';

/** Sends what Nest itself has to say into the app's log. Its chatter about routes and modules is `debug`. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(message, rest), textOf(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(fieldsOf(message, rest), textOf(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(fieldsOf(message, rest), textOf(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(message, rest), textOf(message));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(fieldsOf(message, rest), textOf(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal(fieldsOf(message, rest), textOf(message));
  }
}

function textOf(message: unknown): string {
  if (typeof message === 'string') {
    return message;
  }
  return message instanceof Error ? message.message : JSON.stringify(message);
}

/** Nest appends the context last and, for errors, a stack before it. */
function fieldsOf(message: unknown, rest: unknown[]): object {
  const context = rest.at(-1);
  const stack = rest.length > 1 ? rest[0] : undefined;
  return {
    ...(typeof context === 'string' ? { context } : {}),
    ...(message instanceof Error ? { error: message } : {}),
    ...(typeof stack === 'string' ? { stack } : {}),
  };
}
