import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { eventually } from '#testing';

import { identityOf } from '../../tools/stack/src/embedded/index.js';

const START_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 10_000;
/** More than two of the waits. */
const TEST_MS = 260_000;

interface Connection {
  readonly gateway_url: string;
  readonly project_id: number;
  readonly project_token: string;
  readonly personal_api_key: string;
  readonly kafka_brokers: string;
  readonly database_url: string;
  readonly pids: Record<string, number>;
  readonly urls: Record<string, string>;
}

/** A launcher as `npm start` runs it, in a directory that is closed to other users, as `mktemp -d` makes them. */
class Launcher {
  private readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  private output = '';

  constructor(
    private readonly directory: string,
    args: string[],
    env: Record<string, string> = {},
  ) {
    this.child = spawn(process.execPath, ['dist/tools/stack/src/start.js', ...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', MUSTER_DATA_DIR: directory, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.exited = new Promise((resolve) => this.child.once('close', resolve));
  }

  get printed(): string {
    return this.output;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  connection(): Connection {
    return JSON.parse(readFileSync(join(this.directory, 'connection.json'), 'utf8')) as Connection;
  }

  async ready(): Promise<Connection> {
    try {
      return await eventually(() => this.connection(), { withinMs: START_WITHIN_MS });
    } catch (error) {
      throw new Error(`The launcher did not get ready. It printed:\n${this.output}`, { cause: error });
    }
  }
}

describe('npm start', () => {
  const directories: string[] = [];
  const launchers: Launcher[] = [];

  function launch(directory: string, args: string[], env: Record<string, string> = {}): Launcher {
    const launcher = new Launcher(directory, args, env);
    launchers.push(launcher);
    return launcher;
  }

  function newDirectory(): string {
    const directory = mkdtempSync(join(tmpdir(), 'muster-start-'));
    directories.push(directory);
    return directory;
  }

  afterAll(async () => {
    launchers.forEach((launcher) => {
      launcher.kill('SIGTERM');
    });
    await Promise.all(launchers.map((launcher) => launcher.exited));
    directories.forEach((directory) => {
      rmSync(directory, { recursive: true, force: true });
    });
  });

  const isAlive = (pid: number) => identityOf(pid) !== undefined;
  const statusOf = async (url: string) => (await fetch(url)).status;

  describe('without demo data', () => {
    const directory = newDirectory();
    let launcher: Launcher;
    let first: Connection;

    beforeAll(async () => {
      launcher = launch(directory, ['--no-demo']);
      first = await launcher.ready();
    }, TEST_MS);

    it('says in connection.json what a script needs, once everything is ready', async () => {
      expect(first).toMatchObject({
        gateway_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
        project_id: expect.any(Number) as number,
        project_token: expect.stringMatching(/^phc_/) as string,
        personal_api_key: expect.stringMatching(/^phx_/) as string,
        kafka_brokers: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
        database_url: expect.stringMatching(/^postgres:\/\//) as string,
      });
      expect(Object.keys(first.pids).sort()).toEqual([
        'calculator',
        'csv-import',
        'gateway',
        'ingestion',
        'kafka',
        'postgres',
        'realtime',
      ]);
      for (const url of Object.values(first.urls)) {
        expect([url, await statusOf(`${url}/livez`), await statusOf(`${url}/readyz`)]).toEqual([url, 200, 200]);
      }
    });

    it('prints a curl that creates a cohort', async () => {
      const curl = /curl -X POST .*?\}'\n/s.exec(launcher.printed)?.[0] ?? 'no curl';
      const { stdout } = await promisify(execFile)('sh', ['-c', curl]);
      expect(JSON.parse(stdout)).toMatchObject({ name: 'Completed Onboarding', is_calculating: true });
    });

    it('refuses a second launcher on the same directory, and goes on', async () => {
      const second = launch(directory, ['--no-demo']);
      expect(await second.exited).toBe(1);
      expect(second.printed).toContain('Another launcher');
      expect(launcher.connection()).toEqual(first);
    });

    it('is found by the command line', async () => {
      const command = ['dist/tools/cli/src/main.js', 'projects', 'create', 'From the command line'];
      const env = { PATH: process.env['PATH'], MUSTER_DATA_DIR: directory };
      const { stdout } = await promisify(execFile)(process.execPath, command, { env });
      expect((JSON.parse(stdout) as { id: number }).id).toBeGreaterThan(first.project_id);
    });

    it(
      'survives the end of services and servers, and tells their new pids',
      async () => {
        const before = launcher.connection();
        const victims = ['gateway', 'calculator', 'kafka', 'postgres'];
        victims.forEach((name) => process.kill(before.pids[name]!, 'SIGKILL'));
        const after = await eventually(
          () => {
            const now = launcher.connection();
            expect(victims.filter((name) => now.pids[name] === before.pids[name])).toEqual([]);
            return now;
          },
          { withinMs: START_WITHIN_MS },
        );
        expect(after.gateway_url).toBe(before.gateway_url);
        await eventually(
          async () => {
            expect(await statusOf(`${after.gateway_url}/readyz`)).toBe(200);
          },
          { withinMs: START_WITHIN_MS },
        );
      },
      TEST_MS,
    );

    it(
      'recovers when the launcher itself was killed: nothing of before lives on, the project and its key are the same',
      async () => {
        const before = launcher.connection();
        launcher.kill('SIGKILL');
        await launcher.exited;
        launcher = launch(directory, ['--no-demo']);
        const after = await eventually(
          () => {
            const now = launcher.connection();
            expect(now.pids).not.toEqual(before.pids);
            return now;
          },
          { withinMs: START_WITHIN_MS },
        );
        expect(Object.values(before.pids).filter(isAlive)).toEqual([]);
        expect(after).toMatchObject({ project_id: first.project_id, personal_api_key: first.personal_api_key });
      },
      TEST_MS,
    );

    it('stops everything within ten seconds of SIGTERM, and takes connection.json away', async () => {
      const { pids } = launcher.connection();
      const startedAt = performance.now();
      launcher.kill('SIGTERM');
      expect(await launcher.exited).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(STOP_WITHIN_MS);
      expect(existsSync(join(directory, 'connection.json'))).toBe(false);
      expect(Object.values(pids).filter(isAlive)).toEqual([]);
    });
  });

  describe('in a new data directory', () => {
    it(
      'has persons and events, so that the first cohort has members',
      async () => {
        const launcher = launch(newDirectory(), []);
        const connection = await launcher.ready();
        const cohorts = `${connection.gateway_url}/api/projects/${connection.project_id}/cohorts/`;
        const headers = { authorization: `Bearer ${connection.personal_api_key}`, 'content-type': 'application/json' };
        const properties = { type: 'AND', values: [{ type: 'person', key: 'email', operator: 'is_set' }] };
        const body = JSON.stringify({ name: 'Users with Email', filters: { properties } });
        const created = (await (await fetch(cohorts, { method: 'POST', headers, body })).json()) as { id: number };
        await eventually(
          async () => {
            const cohort = (await (await fetch(`${cohorts}${created.id}/`, { headers })).json()) as { count: number };
            expect(cohort.count).toBeGreaterThan(1_000);
          },
          { withinMs: START_WITHIN_MS },
        );
      },
      TEST_MS,
    );
  });

  describe('with wrong settings', () => {
    it.each([
      [{ PORT: 'eighty' }, "PORT: 'eighty' is not an integer"],
      [{ MUSTER_LOG: 'xml' }, "MUSTER_LOG: 'xml' is none of: json, pretty"],
      [{ JAVA_HOME: '/nowhere' }, 'apt-get install'],
    ])('%p ends at once with a sentence', async (env: Record<string, string>, sentence) => {
      const launcher = launch(newDirectory(), ['--no-demo'], env);
      expect(await launcher.exited).toBe(1);
      expect(launcher.printed).toContain(sentence);
    });

    it('an unknown argument ends at once with a sentence', async () => {
      const launcher = launch(newDirectory(), ['--nodemo']);
      expect(await launcher.exited).toBe(2);
      expect(launcher.printed).toContain("Unknown argument '--nodemo'");
    });
  });
});
