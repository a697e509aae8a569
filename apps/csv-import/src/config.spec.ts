import { csvImportConfig } from './config.js';

describe('the settings of csv-import', () => {
  const read = (silence: string) =>
    csvImportConfig.read({
      DATABASE_URL: 'postgres://muster@db/muster',
      KAFKA_BROKERS: 'kafka:9092',
      CSV_UPLOAD_ABANDONED_MS: silence,
    });

  it('refuse a silence in which a running upload would be swept', () => {
    expect(() => read('10000')).toThrow("CSV_UPLOAD_ABANDONED_MS: '10000' is not an integer from 20000");
    expect(read('20000').uploadAbandonedMs).toBe(20_000);
  });
});
