import { realtimeConfig } from './config.js';

describe('the settings of realtime', () => {
  const read = (size: string) =>
    realtimeConfig.read({
      DATABASE_URL: 'postgres://muster@db/muster',
      KAFKA_BROKERS: 'kafka:9092',
      DATABASE_POOL_SIZE: size,
    });

  it('refuse a pool in which a batch and the passing of time would wait for each other', () => {
    expect(() => read('4')).toThrow('DATABASE_POOL_SIZE');
    expect(read('5').databasePoolSize).toBe(5);
  });
});
