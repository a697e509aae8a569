import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type CohortCsvImported, type CohortCsvUploaded, type CohortMembershipChanged, TOPICS } from '#contracts';
import { createTestProject, eventually, readTopic, useStack } from '#testing';

import { insertPersons } from '../support/insert-persons.js';
import { MusterApi } from '../support/muster-api.js';
import { replayMembership, storedMembers } from '../support/replay-membership.js';
import { Uploads } from '../support/upload.js';

const PERSONS = 9_000;

describe('CSV files into static cohorts', () => {
  const stack = useStack(['gateway', 'csv-import', 'calculator', 'ingestion'], {
    CSV_IMPORT_BATCH_ROWS: '500',
  });
  const uploads = new Uploads(stack);
  const api = new MusterApi(stack);
  let uuids: string[] = [];

  beforeAll(async () => {
    uuids = await insertPersons(stack.database, stack.project.id, PERSONS);
  });

  const members = async (cohortId: number) => (await api.members(cohortId, 1000)).map(({ uuid }) => uuid).sort();
  const uuidsOf = (...ordinals: number[]) => ordinals.map((ordinal) => uuids[ordinal]!).sort();
  const rowsOf = async (cohortId: number, importId: string, query = '') =>
    (await uploads.get(`cohorts/${cohortId}/imports/${importId}/rows/?${query}`)).body['results'];

  it('takes the second example of the documentation, and tells', async () => {
    const answer = await uploads.send(
      'POST',
      'cohorts/',
      { name: 'VIP Customers', description: 'Our most valuable customers', is_static: 'true' },
      'email\np1@example.com\nP2@Example.com\n',
    );
    expect(answer).toMatchObject({
      status: 201,
      body: {
        name: 'VIP Customers',
        description: 'Our most valuable customers',
        is_static: true,
        is_calculating: true,
      },
    });
    const { id } = answer.body;
    const report = await uploads.done(id);
    expect(report).toMatchObject({ rows: 2, matched: 2, persons: 2, entered_count: 2 });
    const cohort = await api.calculated(id);
    expect(cohort).toMatchObject({ count: 2, last_import_total_count: 2, last_import_unmatched_count: 0 });
    expect(await members(id)).toEqual(uuidsOf(1, 2));
    const isMine = (all: readonly { value: { cohort_id: number } }[]) =>
      all.some(({ value }) => value.cohort_id === id);
    const [uploaded] = (await readTopic<CohortCsvUploaded>(stack, TOPICS.cohortCsvUploaded, isMine)).slice(-1);
    expect(uploaded?.value).toMatchObject({ import_id: report.id, mode: 'append' });
    const [imported] = (await readTopic<CohortCsvImported>(stack, TOPICS.cohortCsvImported, isMine)).slice(-1);
    expect(imported?.value).toMatchObject({ rows: 2, matched: 2, persons: 2, entered_count: 2, count: 2 });
    const changes = await readTopic<CohortMembershipChanged>(stack, TOPICS.cohortMembershipChanged, isMine);
    expect(replayMembership(changes, id)).toEqual(await storedMembers(stack.database, id));
    expect(changes.find(({ value }) => value.cohort_id === id)?.value.reason).toBe('import');
  });

  it('accounts for every row of 9,170, five times the same', async () => {
    const lines = ['name,distinct_id'];
    for (let row = 0; row < 9_170; row += 1) {
      lines.push(lineOf(row));
    }
    const file = lines.join('\r\n');
    const accounts: unknown[] = [];
    for (let time = 0; time < 5; time += 1) {
      const { id, report } = await uploads.import(file);
      const { matched, unmatched, duplicates, invalid, rows, persons } = report;
      accounts.push({ matched, unmatched, duplicates, invalid, rows, persons, members: await members(id) });
    }
    const expected = { matched: 8_200, unmatched: 300, duplicates: 600, invalid: 70, rows: 9_170, persons: 8_200 };
    expect(accounts[0]).toMatchObject(expected);
    expect((accounts[0] as { members: string[] }).members).toEqual(uuids.slice(0, 8_200).sort());
    accounts.forEach((account) => {
      expect(account).toEqual(accounts[0]);
    });
  }, 240_000);

  function lineOf(row: number): string {
    if (row < 8_200) {
      return `n,p${row}`;
    }
    if (row < 8_500) {
      return `n,nobody-${row}`;
    }
    if (row < 9_100) {
      return `n,"p${row - 8_500}"`;
    }
    return ['short', 'n,', '"a"b,p1'][row % 3]!;
  }

  it('names each row that put nobody in, with line and reason, as pages and as a file', async () => {
    const file =
      'person_id,x\n\n' + [uuids[5], '=1+1', uuids[5]!.toUpperCase(), '', '"a\nb",2', uuids[6]].join(',x\n') + ',x\n';
    const withUnknown = `${file}00000000-0000-4000-8000-000000000000,"x\ny"\nz\n`;
    const { id, report } = await uploads.import(withUnknown);
    expect(report).toMatchObject({ rows: 8, matched: 2, unmatched: 1, duplicates: 1, invalid: 4 });
    expect(await members(id)).toEqual(uuidsOf(5, 6));
    expect(await rowsOf(id, report.id)).toEqual([
      { line: 4, value: '=1+1', status: 'invalid', reason: 'The person id is not a UUID.' },
      { line: 5, value: uuids[5]!.toUpperCase(), status: 'duplicate', reason: 'The same id stands in an earlier row.' },
      { line: 6, value: '', status: 'invalid', reason: 'The id is empty.' },
      { line: 7, value: 'a\nb', status: 'invalid', reason: 'The person id is not a UUID.' },
      {
        line: 10,
        value: '00000000-0000-4000-8000-000000000000',
        status: 'unmatched',
        reason: 'No person has this id.',
      },
      { line: 12, value: 'z', status: 'invalid', reason: 'The person id is not a UUID.' },
    ]);
    const page = await uploads.get(`cohorts/${id}/imports/${report.id}/rows/?status=invalid&limit=1&offset=1`);
    expect(page.body).toMatchObject({ count: 4, results: [{ line: 6 }] });
    const download = await uploads.get(`cohorts/${id}/imports/${report.id}/rows/?status=invalid&format=csv`);
    expect(download.text.split('\r\n').slice(0, 2)).toEqual([
      'line,value,status,reason',
      "4,'=1+1,invalid,The person id is not a UUID.",
    ]);
    expect((await uploads.get(`cohorts/${id}/imports/${report.id}/`)).body).toMatchObject({
      status: 'done',
      kinds: { person_id: { rows: 8, matched: 2 }, email: { rows: 0 } },
    });
    expect((await uploads.get(`cohorts/${id}/imports/${uuids[0]!}/`)).status).toBe(404);
    expect((await uploads.get(`cohorts/${id}/imports/${report.id}/rows/?status=matched`)).status).toBe(400);
  });

  it('takes emails as they stand before it folds them, and all who share one', async () => {
    const set = (ordinal: number, email: string) =>
      stack.database.pool.query('UPDATE person SET properties = $3 WHERE project_id = $1 AND ordinal = $2', [
        stack.project.id,
        ordinal,
        { email },
      ]);
    await Promise.all([set(8_990, 'Shared@x.org'), set(8_991, 'shared@x.org'), set(8_992, 'Shared@x.org')]);
    const exact = await uploads.import('email\nShared@x.org');
    expect(exact.report).toMatchObject({ rows: 1, matched: 1, persons: 2 });
    expect(await members(exact.id)).toEqual(uuidsOf(8_990, 8_992));
    const otherCase = await uploads.import('email\nSHARED@X.ORG');
    expect(otherCase.report).toMatchObject({ rows: 1, matched: 1, persons: 3 });
    expect(await members(otherCase.id)).toEqual(uuidsOf(8_990, 8_991, 8_992));
  });

  it('appends, removes and replaces; imports of one cohort run one after the other', async () => {
    const { id } = await uploads.import('p1\np2\np3\n', { _create_static_person_ids: uuids[9]! });
    expect(await members(id)).toEqual(uuidsOf(1, 2, 3, 9));
    const answers = await Promise.all([uploads.add(id, 'p4'), uploads.add(id, 'distinct_id\np5\nnobody')]);
    expect(answers).toMatchObject([{ status: 200 }, { status: 200 }]);
    await eventually(async () => {
      expect(await uploads.imports(id)).toMatchObject([{ status: 'done' }, { status: 'done' }, { status: 'done' }]);
    });
    expect(await members(id)).toEqual(uuidsOf(1, 2, 3, 4, 5, 9));
    await uploads.add(id, 'p2\np8000', { csv_mode: 'remove' });
    expect(await uploads.done(id)).toMatchObject({ matched: 2, entered_count: 0, left_count: 1 });
    expect(await members(id)).toEqual(uuidsOf(1, 3, 4, 5, 9));
    await uploads.add(id, 'p3\np7', { csv_mode: 'replace', name: 'Renamed' });
    expect(await uploads.done(id)).toMatchObject({ matched: 2, entered_count: 1, left_count: 4 });
    expect(await members(id)).toEqual(uuidsOf(3, 7));
    expect(await api.calculated(id)).toMatchObject({ name: 'Renamed', count: 2 });
    const changes = await readTopic<CohortMembershipChanged>(stack, TOPICS.cohortMembershipChanged, (all) => {
      try {
        return replayMembership(all, id).length === 2;
      } catch {
        return false;
      }
    });
    expect(replayMembership(changes, id)).toEqual(uuidsOf(3, 7));
  });

  it('keeps ids of nobody, and lets the person join when she appears', async () => {
    const file = 'email,x\nlate@x.org,1\nnever@x.org,2\n';
    const { id, report } = await uploads.import(file, { keep_unmatched: 'true' });
    expect(report).toMatchObject({ unmatched: 2 });
    await uploads.add(id, 'late-1\nlate-2', { keep_unmatched: 'true' });
    await uploads.done(id);
    const without = await uploads.import('late-1');
    await api.capture([
      { event: 'hi', distinct_id: 'late-1', properties: {} },
      { event: '$set', distinct_id: 'somebody', properties: { $set: { email: 'Late@x.org' } } },
    ]);
    await eventually(async () => {
      const found = await api.members(id);
      expect(found.flatMap(({ distinct_ids }) => distinct_ids).sort()).toEqual(['late-1', 'somebody']);
    });
    await eventually(async () => {
      expect(await uploads.imports(id)).toMatchObject([{ late_count: 1 }, { late_count: 1 }]);
    });
    expect(await members(without.id)).toEqual([]);
    const left = await stack.database.pool.query('SELECT value FROM csv_late_id WHERE cohort_id = $1 ORDER BY 1', [id]);
    expect(left.rows).toEqual([{ value: 'late-2' }, { value: 'never@x.org' }]);
  });

  it('does not know the persons of another project', async () => {
    const other = await createTestProject(stack.database);
    const [stranger] = await insertPersons(stack.database, other.id, 1);
    const { id, report } = await uploads.import(`person_id\n${stranger!}\n${uuids[0]!}`);
    expect(report).toMatchObject({ matched: 1, unmatched: 1 });
    expect(await members(id)).toEqual(uuidsOf(0));
    const foreign = { ...uploads.headers(), authorization: `Bearer ${other.apiKey}` };
    const answer = await fetch(
      uploads.url(`cohorts/${id}/imports/`).replace(`projects/${stack.project.id}`, `projects/${other.id}`),
      { headers: foreign },
    );
    expect(answer.status).toBe(404);
  });

  it('shows upload and import on the command line, and ends with the account', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-cli-'));
    const { id, apiKey, token } = stack.project;
    const connection = {
      gateway_url: stack.gatewayUrl,
      project_id: id,
      project_token: token,
      personal_api_key: apiKey,
    };
    writeFileSync(join(directory, 'connection.json'), JSON.stringify(connection));
    writeFileSync(join(directory, 'vip.csv'), 'email\np1@example.com\np1@example.com\nnobody@example.com\n\n"x"y\n');
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['dist/tools/cli/src/main.js', 'cohorts', 'import', ...args], {
        env: { ...process.env, MUSTER_DATA_DIR: directory },
      });
    const { stdout, stderr } = await run('--name', 'VIP', join(directory, 'vip.csv'));
    expect(stdout).toMatch(
      /^Cohort \d+ "VIP": 4 rows\n {2}matched {4}1 \(1 persons\)\n {2}unmatched {2}1\n {2}duplicates 1\n {2}invalid {4}1\n$/,
    );
    expect(stderr).toMatch(/upload 100 %[^]*import 100 %/);
    await expect(run('--name', 'VIP', join(directory, 'none.csv'))).rejects.toMatchObject({ code: 2 });
    rmSync(directory, { recursive: true });
  });

  it('sweeps an upload whose gateway is gone', async () => {
    const { pool } = stack.database;
    const id = uuids[1]!;
    await pool.query("INSERT INTO upload (id, project_id, touched_at) VALUES ($1, $2, now() - interval '1 hour')", [
      id,
      stack.project.id,
    ]);
    await pool.query("INSERT INTO upload_piece (upload_id, number, bytes) VALUES ($1, 0, 'x')", [id]);
    await eventually(async () => {
      const left = await pool.query('SELECT 1 FROM upload UNION ALL SELECT 1 FROM upload_piece');
      expect(left.rowCount).toBe(0);
    });
  });
});
