import { commonSettings, type Config, defineConfig, setting } from '#config';

/** Everything the gateway may be told by its environment. */
export const gatewayConfig = defineConfig({
  ...commonSettings,
  port: setting.integer('PORT', {
    doc: 'Port of the HTTP API; 0 takes any free one.',
    default: 8000,
    min: 0,
    max: 65_535,
  }),
  questionTimeoutMs: setting.integer('GATEWAY_QUESTION_TIMEOUT_MS', {
    doc: 'Longest time a preview or an explanation may take, in milliseconds; people wait for it, and it holds a connection.',
    default: 5_000,
    min: 10,
    max: 600_000,
  }),
});

export type GatewayConfig = Config<typeof gatewayConfig>;
