import { ConfigError } from './config-error.js';
import type { Setting } from './setting.js';

type Settings = Record<string, Setting<unknown>>;
type Values<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** A row of docs/reference/configuration.md. */
export interface SettingDescription {
  readonly variable: string;
  readonly kind: string;
  readonly default: string;
  readonly doc: string;
}

/** What an app may be told by its environment, read once at boot. */
export interface ConfigDefinition<S extends Settings> {
  /** Reads and checks every variable. @throws ConfigError naming the first variable that is missing or wrong. */
  read(environment?: NodeJS.ProcessEnv): Values<S>;
  describe(): SettingDescription[];
}

/** The values an app runs with: `Config<typeof gatewayConfig>`. */
export type Config<D> = D extends ConfigDefinition<infer S> ? Values<S> : never;

/** Declares an app's settings; at most 20, so that an operator can hold them in the head. */
export function defineConfig<S extends Settings>(settings: S): ConfigDefinition<S> {
  return {
    read(environment = process.env) {
      const entries = Object.entries(settings).map(([name, one]) => [name, valueOf(one, environment[one.variable])]);
      return Object.freeze(Object.fromEntries(entries)) as Values<S>;
    },
    describe() {
      return Object.values(settings).map((one) => ({
        variable: one.variable,
        kind: one.kind,
        default: one.default === undefined ? 'required' : describeDefault(one.default),
        doc: one.doc,
      }));
    },
  };
}

function valueOf(one: Setting<unknown>, text: string | undefined): unknown {
  if (text !== undefined && text !== '') {
    return one.parse(text);
  }
  if (one.default === undefined) {
    throw new ConfigError(one.variable, `is not set. ${one.doc}`);
  }
  return one.default;
}

function describeDefault(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
