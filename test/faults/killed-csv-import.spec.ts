import { type CohortMembershipChanged, TOPICS } from '#contracts';
import { eventually, readTopic, startService, useStack } from '#testing';

import { insertPersons } from '../support/insert-persons.js';
import { keepAlive } from '../support/keep-alive.js';
import { replayMembership, storedMembers } from '../support/replay-membership.js';
import { Uploads } from '../support/upload.js';

const PERSONS = 20_000;
const BATCH = 500;
/** So many batches that the file is not done before the kill arrives. */
const SMALL_BATCH = 15;
/** Twelve hundred batches take a while where others work too. */
const BUSY = { withinMs: 60_000 };

describe('the importer is killed in the middle of a file', () => {
  const stack = useStack(['gateway', 'calculator']);
  const uploads = new Uploads(stack);
  const env = (batchRows = BATCH) => ({
    ...stack.env,
    CSV_IMPORT_BATCH_ROWS: String(batchRows),
    CSV_IMPORT_LEASE_MS: '1500',
  });
  let uuids: string[] = [];

  beforeAll(async () => {
    uuids = await insertPersons(stack.database, stack.project.id, PERSONS);
  }, 60_000);

  /** Every third row names a person for the first time, one repeats an earlier one, one is nobody's. */
  function fileOf(rows: number): string {
    const line = (row: number) => ['p' + String(row), `p${row - 1}`, `nobody-${row}`][row % 3];
    return ['distinct_id', ...Array.from({ length: rows }, (_, row) => line(row))].join('\n');
  }

  function expectedOf(rows: number) {
    const third = rows / 3;
    return {
      rows,
      matched: third,
      duplicates: third,
      unmatched: third,
      invalid: 0,
      persons: third,
      entered_count: third,
    };
  }

  it('at 30 % and at 70 %: the next one goes on behind the last batch, nothing doubled', async () => {
    const rows = 18_000;
    let importer = await startService('csv-import', env(SMALL_BATCH));
    const { body } = await uploads.create(fileOf(rows));
    for (const share of [0.3, 0.7]) {
      await eventually(async () => {
        const [report] = await uploads.imports(body.id);
        expect(report!.rows).toBeGreaterThanOrEqual(share * rows);
      }, BUSY);
      importer.kill('SIGKILL');
      await importer.exited;
      const [report] = await uploads.imports(body.id);
      expect(report).toMatchObject({ status: 'running' });
      importer = await startService('csv-import', env(SMALL_BATCH));
    }
    const report = await uploads.done(body.id);
    expect(report).toMatchObject(expectedOf(rows));
    // One more where a lease ran out while its owner was not given the processor.
    expect(report.attempt).toBeGreaterThanOrEqual(3);
    const members = await storedMembers(stack.database, body.id);
    expect(members).toEqual(uuids.filter((_, row) => row < rows && row % 3 === 0).sort());
    const changes = await readTopic<CohortMembershipChanged>(stack, TOPICS.cohortMembershipChanged, (all) => {
      const entered = all.filter(({ value }) => value.cohort_id === body.id).flatMap(({ value }) => value.entered);
      return new Set(entered).size === members.length;
    });
    expect(replayMembership(changes, body.id)).toEqual(members);
    importer.kill();
    await importer.exited;
  }, 240_000);

  it('again and again, at any point', async () => {
    const rows = 6_000;
    const failAt = 'csv_import.after_batch:0.2,csv_import.before_finish:0.5';
    const importers = await Promise.all([
      keepAlive('csv-import', env(), failAt),
      keepAlive('csv-import', env(), failAt),
    ]);
    const answers = await Promise.all([1, 2, 3].map(async () => uploads.create(fileOf(rows))));
    for (const { body } of answers) {
      expect(await uploads.done(body.id, 90_000)).toMatchObject(expectedOf(rows));
      expect(await storedMembers(stack.database, body.id)).toHaveLength(rows / 3);
    }
    expect(importers.reduce((sum, one) => sum + one.deaths(), 0)).toBeGreaterThanOrEqual(1);
    await Promise.all(importers.map((one) => one.heal()));
    const left = await stack.database.pool.query('SELECT 1 FROM upload UNION ALL SELECT 1 FROM upload_piece');
    expect(left.rowCount).toBe(0);
  }, 180_000);

  it('and the gateway in the middle of an upload: nothing is left of it', async () => {
    const { pool } = stack.database;
    const gateway = await startService('gateway', stack.env);
    const before = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM cohort');
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(
          Buffer.from(
            '--b\r\nContent-Disposition: form-data; name="csv"; filename="a.csv"\r\n\r\n' + 'user-1\n'.repeat(400_000),
          ),
        );
      },
    });
    const sent = fetch(`${gateway.url}/api/projects/${stack.project.id}/cohorts/`, {
      method: 'POST',
      headers: { ...uploads.headers(), 'content-type': 'multipart/form-data; boundary=b' },
      body: stream,
      duplex: 'half',
    }).catch(() => undefined);
    await eventually(async () => {
      expect((await pool.query('SELECT 1 FROM upload_piece')).rowCount).toBeGreaterThan(0);
    });
    gateway.kill('SIGKILL');
    await sent;
    await pool.query("UPDATE upload SET touched_at = touched_at - interval '1 hour'");
    const importer = await startService('csv-import', { ...env(), CSV_UPLOAD_ABANDONED_MS: '20000' });
    await eventually(async () => {
      const left = await pool.query('SELECT 1 FROM upload UNION ALL SELECT 1 FROM upload_piece');
      expect(left.rowCount).toBe(0);
    }, BUSY);
    const after = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM cohort');
    expect(after.rows).toEqual(before.rows);
    importer.kill();
  });
});
