export { commonSettings } from './common-settings.js';
export { ConfigError } from './config-error.js';
export { type Config, type ConfigDefinition, defineConfig, type SettingDescription } from './define-config.js';
export { setting } from './setting.js';
