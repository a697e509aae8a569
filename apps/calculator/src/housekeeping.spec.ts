import { SILENT_LOGGER } from '#observability';
import { eventually, useDatabase } from '#testing';

import { type CalculatorConfig, calculatorConfig } from './config.js';
import { Housekeeping } from './housekeeping.js';

describe('what is done beside the calculations', () => {
  const test = useDatabase();

  function housekeeping(scheduleEveryMs: number, scheduleDue: () => Promise<number>): Housekeeping {
    const config: CalculatorConfig = {
      ...calculatorConfig.read({ DATABASE_URL: test.url, KAFKA_BROKERS: 'none' }),
      scheduleEveryMs,
    };
    const schedule = { scheduleDue, restartStuck: () => Promise.resolve(0) };
    return new Housekeeping(test.database, schedule, config, SILENT_LOGGER);
  }

  it('looks for what is due again and again, after a failure too, and not at all when that is switched off', async () => {
    let looks = 0;
    let looksWhenOff = 0;
    const on = housekeeping(5, () => {
      looks += 1;
      return looks === 2 ? Promise.reject(new Error('the database is away')) : Promise.resolve(0);
    });
    const off = housekeeping(0, () => Promise.resolve((looksWhenOff += 1)));
    on.onApplicationBootstrap();
    off.onApplicationBootstrap();
    await eventually(() => {
      expect(looks).toBeGreaterThan(4);
    });
    await Promise.all([on.beforeApplicationShutdown(), off.beforeApplicationShutdown()]);
    expect(looksWhenOff).toBe(0);
    const stoppedAt = looks;
    await eventually(async () => {
      await test.database.pool.query('SELECT pg_sleep(0.03)');
      expect(looks).toBe(stoppedAt);
    });
  });
});
