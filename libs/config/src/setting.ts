import { ConfigError } from './config-error.js';

/** One environment variable: how it is called, what it is for, and how its text becomes a value. */
export interface Setting<T> {
  readonly variable: string;
  /** Meaning, unit and reason of the default, in one sentence; generates docs/reference/configuration.md. */
  readonly doc: string;
  readonly kind: string;
  readonly default: T | undefined;
  parse(text: string): T;
}

interface Options<T> {
  doc: string;
  default?: T;
}

function describe<T>(variable: string, kind: string, options: Options<T>, parse: (text: string) => T): Setting<T> {
  return { variable, kind, doc: options.doc, default: options.default, parse };
}

function text(variable: string, options: Options<string>): Setting<string> {
  return describe(variable, 'text', options, (value) => value);
}

function integer(variable: string, options: Options<number> & { min?: number; max?: number }): Setting<number> {
  const min = options.min ?? 0;
  const max = options.max ?? Number.MAX_SAFE_INTEGER;
  return describe(variable, `integer ${min}..${max === Number.MAX_SAFE_INTEGER ? '' : max}`, options, (value) => {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || number < min || number > max) {
      throw new ConfigError(variable, `'${value}' is not an integer from ${min} to ${max}`);
    }
    return number;
  });
}

const TRUE_WORDS = ['1', 'true', 'yes', 'on'];
const FALSE_WORDS = ['0', 'false', 'no', 'off', ''];

function boolean(variable: string, options: Options<boolean>): Setting<boolean> {
  return describe(variable, 'boolean', options, (value) => {
    const word = value.toLowerCase();
    if (TRUE_WORDS.includes(word)) {
      return true;
    }
    if (FALSE_WORDS.includes(word)) {
      return false;
    }
    throw new ConfigError(variable, `'${value}' is neither true nor false (1, true, yes, on / 0, false, no, off)`);
  });
}

function oneOf<const T extends string>(variable: string, choices: readonly T[], options: Options<T>): Setting<T> {
  return describe(variable, choices.join(' | '), options, (value) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) {
      throw new ConfigError(variable, `'${value}' is none of: ${choices.join(', ')}`);
    }
    return choice;
  });
}

function list(variable: string, options: Options<readonly string[]>): Setting<readonly string[]> {
  return describe<readonly string[]>(variable, 'comma separated list', options, (value) => {
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    if (items.length === 0) {
      throw new ConfigError(variable, 'holds no item; give a comma separated list');
    }
    return items;
  });
}

/** The kinds of settings an app's `config.ts` is made of. */
export const setting = { text, integer, boolean, oneOf, list };
