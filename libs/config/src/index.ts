export { ConfigError } from './config-error.js';
export { defineConfig, type Config, type ConfigDefinition, type SettingDescription } from './define-config.js';
export { setting } from './setting.js';
export { commonSettings } from './common-settings.js';
