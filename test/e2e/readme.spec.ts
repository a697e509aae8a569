import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { eventually } from '#testing';

const START_WITHIN_MS = 120_000;

/** The commands of README.md, block by block. */
const BLOCKS = [...readFileSync('README.md', 'utf8').matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) =>
  block.trim(),
);
/** Commands that .ci/run executes as they stand; running them inside a test would be running the tests inside a test. */
const RUN_BY_CI = ['npm ci', 'npm run check', 'npm test'];

interface CohortPage {
  readonly results: { name: string; count: number; is_calculating: boolean }[];
}

describe('README.md', () => {
  const directory = mkdtempSync(join(tmpdir(), 'muster-readme-'));
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', MUSTER_DATA_DIR: directory };
  let stack: ChildProcess | undefined;

  afterAll(async () => {
    const exited = new Promise((resolve) => stack?.once('exit', resolve));
    stack?.kill('SIGTERM');
    await exited;
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  });

  async function shell(script: string): Promise<string> {
    const { stdout } = await promisify(execFile)('bash', ['-ec', script], { env });
    return stdout;
  }

  it('every command works, in the order of the page', async () => {
    const [install = '', exportEnv = '', create = '', list = '', capture = '', consume = '', work = ''] = BLOCKS;
    expect(BLOCKS).toHaveLength(7);
    expect([...install.split('\n'), ...work.split('\n')].sort()).toEqual([...RUN_BY_CI, 'npm start'].sort());
    const ci = readFileSync('.ci/run', 'utf8');
    expect(ci).toContain('npm ci');
    expect(ci).toContain('npm run -s check');
    expect(ci).toContain('jest_step 660 test');

    stack = spawn('npm', ['start'], { env, stdio: 'ignore' });
    await eventually(
      () => {
        expect(existsSync(join(directory, 'connection.json'))).toBe(true);
      },
      { withinMs: START_WITHIN_MS },
    );
    const created = JSON.parse(await shell(`${exportEnv}\n${create}`)) as { name: string; is_calculating: boolean };
    expect(created).toMatchObject({ name: 'Completed Onboarding', is_calculating: true });
    const before = await eventually(async () => {
      const [cohort] = (JSON.parse(await shell(`${exportEnv}\n${list}`)) as CohortPage).results;
      expect(cohort).toMatchObject({ name: 'Completed Onboarding', is_calculating: false });
      return cohort!.count;
    });
    expect(before).toBeGreaterThan(0);
    expect(JSON.parse(await shell(`${exportEnv}\n${capture}`))).toMatchObject({ status: 'Ok' });
    expect(JSON.parse(await shell(`${exportEnv}\n${consume}`))).toMatchObject({ reason: 'calculation', version: 1 });
  }, 240_000);
});
