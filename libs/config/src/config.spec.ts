import { ConfigError } from './config-error.js';
import { defineConfig } from './define-config.js';
import { setting } from './setting.js';

const config = defineConfig({
  url: setting.text('DATABASE_URL', { doc: 'Where the database is.' }),
  port: setting.integer('PORT', { doc: 'Port of the API.', default: 8000, min: 0, max: 65_535 }),
  log: setting.oneOf('MUSTER_LOG', ['json', 'pretty'], { doc: 'Form of the log.', default: 'json' }),
  brokers: setting.list('KAFKA_BROKERS', { doc: 'Brokers.', default: [] }),
  test: setting.boolean('MUSTER_TEST', { doc: 'Test features.', default: false }),
});

describe('configuration', () => {
  it('reads each kind and falls back to the default', () => {
    expect(config.read({ DATABASE_URL: 'postgres://x', KAFKA_BROKERS: 'a:1, b:2', MUSTER_TEST: '1' })).toEqual({
      url: 'postgres://x',
      port: 8000,
      log: 'json',
      brokers: ['a:1', 'b:2'],
      test: true,
    });
  });

  it.each([
    [{}, 'DATABASE_URL: is not set. Where the database is.'],
    [{ DATABASE_URL: 'x', PORT: '80a' }, "PORT: '80a' is not an integer from 0 to 65535"],
    [{ DATABASE_URL: 'x', PORT: '70000' }, "PORT: '70000' is not an integer from 0 to 65535"],
    [{ DATABASE_URL: 'x', MUSTER_LOG: 'xml' }, "MUSTER_LOG: 'xml' is none of: json, pretty"],
    [{ DATABASE_URL: 'x', MUSTER_TEST: 'maybe' }, 'MUSTER_TEST'],
    [{ DATABASE_URL: 'x', KAFKA_BROKERS: ',' }, 'KAFKA_BROKERS'],
  ])('refuses %p with a sentence that names the variable', (environment, message) => {
    const read = () => config.read(environment);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(message);
  });
});
