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
});

export type GatewayConfig = Config<typeof gatewayConfig>;
