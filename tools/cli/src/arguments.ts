import { parseArgs } from 'node:util';

import { UsageError } from './usage.js';

const LARGEST_INT4 = 2_147_483_647;

export interface CommandArguments {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** Reads `--name value` and `--name=value` of the names given. @throws UsageError on any other flag */
export function readArguments(args: readonly string[], names: readonly string[]): CommandArguments {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { positionals: parsed.positionals, options: parsed.values as Record<string, string> };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError unless there are exactly so many words after the command */
export function positionalsOf(args: CommandArguments, names: readonly string[]): readonly string[] {
  const surplus = args.positionals[names.length];
  if (surplus !== undefined) {
    throw new UsageError(`'${surplus}' is one word too many; put a name of several words in quotes.`);
  }
  const missing = names[args.positionals.length];
  if (missing !== undefined) {
    throw new UsageError(`${missing} is missing.`);
  }
  return args.positionals;
}

/** @throws UsageError when the flag is missing */
export function requiredOption(args: CommandArguments, name: string): string {
  const value = args.options[name];
  if (value === undefined || value === '') {
    throw new UsageError(`--${name} is missing.`);
  }
  return value;
}

/** @throws UsageError when the flag is missing or no positive integer of four bytes */
export function idOption(args: CommandArguments, name: string): number {
  const text = requiredOption(args, name);
  const id = Number(text);
  if (!/^\d+$/.test(text) || id < 1 || id > LARGEST_INT4) {
    throw new UsageError(`--${name} '${text}' is not an id.`);
  }
  return id;
}
