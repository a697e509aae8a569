import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { eventually } from '#testing';

const START_WITHIN_MS = 120_000;

/** The commands of a page, block by block. */
function blocksOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block.trim());
}

const BLOCKS = blocksOf('README.md');
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
    expect(ci).toContain('jest_step 780 test');

    stack = spawn('npm', ['start'], { env, stdio: 'ignore' });
    await eventually(
      () => {
        expect(existsSync(join(directory, 'connection.json'))).toBe(true);
      },
      { withinMs: START_WITHIN_MS },
    );
    const created = JSON.parse(await shell(`${exportEnv}\n${create}`)) as { name: string; is_calculating: boolean };
    expect(created).toMatchObject({ name: 'Completed Onboarding', is_calculating: true });
    const before = await eventually(
      async () => {
        const [cohort] = (JSON.parse(await shell(`${exportEnv}\n${list}`)) as CohortPage).results;
        expect(cohort).toMatchObject({ name: 'Completed Onboarding', is_calculating: false });
        return cohort!.count;
      },
      { withinMs: 60_000 },
    );
    expect(before).toBeGreaterThan(0);
    expect(JSON.parse(await shell(`${exportEnv}\n${capture}`))).toMatchObject({ status: 'Ok' });
    // It ends where the topic ends, and the news is told a moment after the members are there.
    await eventually(async () => {
      const read = await shell(`${exportEnv}\n${consume}`);
      expect(JSON.parse(read)).toMatchObject({ reason: 'calculation', version: 1 });
    });
  }, 240_000);

  it('and so do those of the tour, and of the page on flags', async () => {
    const [names = '', preview = '', create = '', capture = '', ask = '', upload = ''] = blocksOf('docs/tour.md');
    const [flag = ''] = blocksOf('docs/flags.md');
    const from = `${BLOCKS[1] ?? ''}\n${names}`;
    expect(JSON.parse(await shell(`${from}\n${preview}`))).toHaveProperty('count');
    const cohort = (await shell(`${from}\n${create}\n${capture} >&2\necho "$COHORT"`)).trim();
    expect(cohort).toMatch(/^\d+$/);
    const known = `${from}\nCOHORT=${cohort}`;
    await eventually(async () => {
      const answers = await shell(`${known}\n${ask}`);
      expect(answers).toContain('"matched":true');
      expect(answers).toMatch(new RegExp(`"ada":\\[[\\d,]*\\b${cohort}\\b.*"nobody":\\[\\]`));
    });
    expect(await shell(`${known}\n${flag}`)).toContain('"new-checkout":{"key":"new-checkout"');
    await shell(`${from}\ncd "$(mktemp -d)"\n${upload}`);
    await eventually(async () => {
      const { results } = JSON.parse(await shell(`${from}\n${upload.split('\n').at(-1) ?? ''}`)) as CohortPage;
      expect(results).toMatchObject([{ name: 'VIP', count: 1, is_calculating: false }]);
    });
  }, 120_000);
});
