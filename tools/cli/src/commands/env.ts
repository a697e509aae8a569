import { positionalsOf, readArguments } from '../arguments.js';
import type { Settings } from '../settings.js';

/** `env` @returns lines for a shell: `eval "$(npm run -s cli -- env)"` */
export function envCommand(args: readonly string[], settings: Settings): Promise<string> {
  positionalsOf(readArguments(args, []), []);
  const stack = settings.stack();
  const variables = {
    MUSTER_URL: stack.gateway_url,
    MUSTER_PROJECT: String(stack.project_id),
    MUSTER_TOKEN: stack.project_token,
    MUSTER_KEY: stack.personal_api_key,
    MUSTER_KAFKA: stack.kafka_brokers,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  return Promise.resolve(lines.join('\n'));
}
