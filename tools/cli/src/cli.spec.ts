import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { hashApiKey } from '#persistence';
import { eventually, useDatabase } from '#testing';

import { USAGE } from './usage.js';

const SECOND_MS = 1_000;

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the command line', () => {
  const own = useDatabase();
  const rows = async (sql: string) => (await own.database.pool.query<Record<string, unknown>>(sql)).rows;

  async function cli(args: string[], env: Record<string, string> = {}): Promise<Result> {
    const command = promisify(execFile)(process.execPath, ['dist/tools/cli/src/main.js', ...args], {
      env: { PATH: process.env['PATH'], DATABASE_URL: own.url, ...env },
    });
    return command.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as Result,
    );
  }

  it('makes a project and prints its id and token', async () => {
    const { stdout } = await cli(['projects', 'create', 'Café ☕', '--timezone', 'Europe/Berlin']);
    const printed = JSON.parse(stdout) as { id: number; token: string };
    expect(Object.keys(printed)).toEqual(['id', 'token']);
    expect(await rows('SELECT id, token, name, timezone FROM project')).toEqual([
      { ...printed, name: 'Café ☕', timezone: 'Europe/Berlin' },
    ]);
  });

  it('makes a key that only its hash is stored of, bound to the project, owned by the demo user', async () => {
    const [project] = await rows('SELECT id FROM project');
    const args = ['keys', 'create', '--project', String(project?.['id']), '--scopes', 'cohort:read, person:read'];
    const { stdout } = await cli([...args, '--label', 'report']);
    const { key } = JSON.parse(stdout) as { key: string };
    expect(
      await rows(
        'SELECT hash, scopes, project_ids, label, email FROM personal_api_key JOIN app_user u ON u.id = user_id',
      ),
    ).toEqual([
      {
        hash: hashApiKey(key),
        scopes: ['cohort:read', 'person:read'],
        project_ids: [project?.['id']],
        label: 'report',
        email: 'demo@muster.example',
      },
    ]);
  });

  it('gives a key to the user it names, and all scopes for *', async () => {
    const [project] = await rows('SELECT id FROM project');
    await cli(['keys', 'create', '--project', String(project?.['id']), '--scopes', '*', '--email', 'ada@example.com']);
    expect(
      await rows(
        "SELECT scopes FROM personal_api_key JOIN app_user u ON u.id = user_id WHERE email = 'ada@example.com'",
      ),
    ).toEqual([{ scopes: ['*'] }]);
  });

  it('moves the clock of a project, and adds up', async () => {
    const args = ['projects', 'shift', '--project', '1', '--by'];
    await cli([...args, '26h'], { MUSTER_TEST: '1' });
    const { stdout } = await cli([...args, '30m'], { MUSTER_TEST: '1' });
    expect(JSON.parse(stdout)).toEqual({ id: 1, clock_offset_seconds: 26.5 * 3_600 });
  });

  it('is idempotent where it migrates', async () => {
    expect(await cli(['migrate'])).toMatchObject({ code: 0, stdout: '{"migrated":true}\n' });
  });

  it('explains itself', async () => {
    expect(await cli(['--help'])).toMatchObject({ code: 0, stdout: `${USAGE}\n` });
  });

  it.each([
    [['projects', 'crate', 'X'], "Unknown command 'projects crate'"],
    [['projects', 'create'], 'NAME is missing'],
    [['projects', 'create', 'Two', 'words'], "'words' is one word too many"],
    [['projects', 'create', 'X', '--zone', 'UTC'], '--zone'],
    [['projects', 'create', 'X', '--timezone', 'Mars/Base'], "'Mars/Base' is no IANA time zone"],
    [['keys', 'create', '--project', '1'], '--scopes is missing'],
    [['keys', 'create', '--project', '1', '--scopes', 'cohort:reed'], "'cohort:reed' is none of"],
    [['keys', 'create', '--project', '99', '--scopes', '*'], 'There is no project 99'],
    [['keys', 'create', '--project', '9e9', '--scopes', '*'], "'9e9' is not an id"],
    [['keys', 'create', '--project', '1', '--scopes', '*', '--email', 'nobody'], "'nobody' is no email address"],
    [['projects', 'shift', '--project', '1', '--by', '1h'], 'MUSTER_TEST=1'],
  ])('refuses %p with code 2 and a sentence, and changes nothing', async (args, sentence) => {
    const before = await rows('SELECT (SELECT count(*) FROM project) p, (SELECT count(*) FROM personal_api_key) k');
    const { code, stdout, stderr } = await cli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(await rows('SELECT (SELECT count(*) FROM project) p, (SELECT count(*) FROM personal_api_key) k')).toEqual(
      before,
    );
  });

  it('refuses a duration that is none', async () => {
    const result = await cli(['projects', 'shift', '--project', '1', '--by', 'soon'], { MUSTER_TEST: '1' });
    expect(result).toMatchObject({ code: 2 });
    expect(result.stderr).toContain("'soon' is no duration");
  });

  it('takes less than a second, where the machine has one to spare', async () => {
    await eventually(async () => {
      const startedAt = performance.now();
      expect(await cli(['projects', 'create', 'Quick'])).toMatchObject({ code: 0 });
      expect(performance.now() - startedAt).toBeLessThan(SECOND_MS);
    });
  });

  it('says where it looked when it is told no database', async () => {
    const { code, stderr } = await cli(['projects', 'create', 'X'], { DATABASE_URL: '', MUSTER_DATA_DIR: '/nowhere' });
    expect(code).toBe(2);
    expect(stderr).toContain('no stack runs on /nowhere');
  });
});
