import { ConfigError } from '#config';

import { MissingToolError } from './embedded/index.js';
import { DataDirectoryInUseError } from './launch/data-directory.js';
import { StepFailedError } from './launch/run-step.js';
import { stackConfig } from './launch/stack.config.js';
import { Stack } from './launch/stack.js';

const USAGE =
  'npm start [-- --no-demo]   (environment: MUSTER_DATA_DIR, PORT, MUSTER_LOG, DATABASE_URL, KAFKA_BROKERS)';
const EXIT_USAGE = 2;

/** `npm start`: everything on one machine, until SIGINT or SIGTERM. */
async function main(args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => arg !== '--no-demo');
  if (unknown !== undefined) {
    console.error(`Unknown argument '${unknown}'. ${USAGE}`);
    process.exit(EXIT_USAGE);
  }
  const stack = new Stack(stackConfig.read(), !args.includes('--no-demo') && !isNoDemoForNpm());
  stopOnSignals(stack);
  try {
    await stack.start();
  } catch (error) {
    await giveUp(stack, error);
  }
}

/** `npm start --no-demo`, without the two dashes between: npm takes the flag for one of its own and hands it on like this. */
function isNoDemoForNpm(): boolean {
  return process.env['npm_config_demo'] === '';
}

let stopping = false;

/** npm passes on the signal that the terminal also sends us, so a second one means nothing; the stop is bounded anyway. */
function stopOnSignals(stack: Stack): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stopping) {
        stopping = true;
        stack.say(`${signal}: stopping`);
        void stack.stop().then(() => process.exit(0));
      }
    });
  }
}

async function giveUp(stack: Stack, error: unknown): Promise<void> {
  if (stopping) {
    return;
  }
  stopping = true;
  console.error(sentenceOf(error));
  if (!(error instanceof DataDirectoryInUseError)) {
    await stack.stop();
  }
  process.exit(1);
}

const USER_ERRORS = [ConfigError, MissingToolError, DataDirectoryInUseError, StepFailedError];

/** What a user can act on is said in a sentence; anything else is our fault and needs its stack. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const isForUsers = USER_ERRORS.some((kind) => error instanceof kind);
  return isForUsers ? error.message : (error.stack ?? error.message);
}

try {
  await main(process.argv.slice('node start.js'.split(' ').length));
} catch (error) {
  console.error(sentenceOf(error));
  process.exit(1);
}
