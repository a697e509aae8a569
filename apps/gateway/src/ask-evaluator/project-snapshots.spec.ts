import { createTestProject, useDatabase } from '#testing';

import { gatewayConfig } from '../config.js';
import { ProjectSnapshots } from './project-snapshots.js';

describe('a snapshot of a project', () => {
  const database = useDatabase();
  let projectId: number;
  const snapshots = (timeoutMs: string) => {
    const env = { DATABASE_URL: database.url, KAFKA_BROKERS: 'none:1', GATEWAY_QUESTION_TIMEOUT_MS: timeoutMs };
    return new ProjectSnapshots(database.database, gatewayConfig.read(env));
  };

  beforeAll(async () => {
    projectId = (await createTestProject(database.database, { timezone: 'Asia/Tokyo' })).id;
  });

  it('is one moment, with the clock and the timezone of the project', async () => {
    const { pool } = database.database;
    await pool.query("UPDATE project SET clock_offset = '1 day' WHERE id = $1", [projectId]);
    await snapshots('5000').read(projectId, async ({ transaction, timezone, now }) => {
      expect(timezone).toBe('Asia/Tokyo');
      expect(Math.abs(now.getTime() - Date.now() - 86_400_000)).toBeLessThan(60_000);
      await pool.query("INSERT INTO action (project_id, name, steps) VALUES ($1, 'late', '[]')", [projectId]);
      expect((await transaction.query('SELECT 1 FROM action')).rows).toEqual([]);
    });
  });

  it('writes nothing', async () => {
    const write = snapshots('5000').read(projectId, ({ transaction }) => transaction.query('DELETE FROM action'));
    await expect(write).rejects.toThrow('read-only transaction');
  });

  it('starts no statement after its time, however short each one is', async () => {
    let statements = 0;
    const busy = snapshots('100').read(projectId, async ({ transaction }) => {
      for (; statements < 100; statements += 1) {
        await transaction.query('SELECT pg_sleep(0.02)');
      }
    });
    await expect(busy).rejects.toMatchObject({ status: 503, envelope: { code: 'timeout' } });
    expect(statements).toBeLessThan(20);
  });

  it('of an unknown project is a 404', async () => {
    await expect(snapshots('5000').read(999_999, () => Promise.resolve())).rejects.toMatchObject({ status: 404 });
  });
});
