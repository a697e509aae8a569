import { type DestinationStream, pino } from 'pino';

import { prettyLine } from './pretty-line.js';

type Write = (fields: object, message: string) => void;

/** A structured log: what happened in words, what it happened to in fields. `error` in the fields is printed with its causes. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
  fatal: Write;
  /** The same log with these fields on every line. */
  child(fields: object): Logger;
}

/** Injection token of the app's `Logger`. */
export const LOGGER = Symbol('LOGGER');

export interface LoggerOptions {
  readonly app: string;
  readonly form: 'json' | 'pretty';
  readonly level: string;
}

/** Fields that must never reach a log, however deep a caller put them. */
const SECRETS = ['authorization', 'password', 'token', 'api_key', 'personal_api_key', 'databaseUrl', 'database_url'];
const SECRET_PATHS = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

const PRETTY: DestinationStream = { write: (line) => void process.stdout.write(prettyLine(line)) };

/** A log on standard output, written synchronously so that the last line before a crash is there. */
export function createLogger(options: LoggerOptions, destination?: DestinationStream): Logger {
  const settings = {
    level: options.level,
    base: { app: options.app },
    redact: { paths: SECRET_PATHS, censor: '[secret]' },
    serializers: { error: pino.stdSerializers.errWithCause },
  };
  const stream = destination ?? (options.form === 'pretty' ? PRETTY : pino.destination({ fd: 1, sync: true }));
  return pino(settings, stream);
}

function nothing(): void {
  return undefined;
}

/** A log nobody reads, for tools and tests. */
export const SILENT_LOGGER: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  child: () => SILENT_LOGGER,
};
