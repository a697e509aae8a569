import { ConfigError } from '#config';

import { importCohortCommand } from './commands/cohorts.js';
import { envCommand } from './commands/env.js';
import { createKeyCommand } from './commands/keys.js';
import { createProjectCommand, shiftProjectCommand } from './commands/projects.js';
import { ensureTopicsCommand, migrateCommand } from './commands/set-up.js';
import { readSettings, type Settings } from './settings.js';
import { USAGE, UsageError } from './usage.js';

type Command = (args: readonly string[], settings: Settings) => Promise<object | string>;

const COMMANDS = new Map<string, Command>([
  ['projects create', createProjectCommand],
  ['projects shift', shiftProjectCommand],
  ['keys create', createKeyCommand],
  ['topics ensure', ensureTopicsCommand],
  ['migrate', migrateCommand],
  ['cohorts import', importCohortCommand],
  ['env', envCommand],
]);

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

async function run(args: readonly string[]): Promise<void> {
  if (args.length === 0 || args.includes('--help') || args.includes('-h')) {
    console.log(USAGE);
    return;
  }
  const [name, command] = find(args);
  const result = await command(args.slice(name.split(' ').length), readSettings());
  console.log(typeof result === 'string' ? result : JSON.stringify(result));
}

function find(args: readonly string[]): [string, Command] {
  const found = [...COMMANDS].find(([name]) => name.split(' ').every((word, index) => args[index] === word));
  if (found === undefined) {
    throw new UsageError(
      `Unknown command '${args.slice(0, 2).join(' ')}'. There are: ${[...COMMANDS.keys()].join(', ')}.`,
    );
  }
  return found;
}

try {
  await run(process.argv.slice('node main.js'.split(' ').length));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError || error instanceof ConfigError ? EXIT_USAGE : EXIT_FAILURE;
}
