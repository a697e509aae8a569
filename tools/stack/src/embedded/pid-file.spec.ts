import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { endOrphan, readPidFile, writePidFile } from './pid-file.js';
import { identityOf, isRunning } from './process-identity.js';

const IGNORES_SIGTERM = 'process.on("SIGTERM", () => {}); process.stdout.write("up"); process.stdin.resume();';
const GRACE_MS = 200;

describe('pid files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'muster-pid-'));
  const file = join(directory, 'x.pid.json');
  const children: ChildProcess[] = [];

  afterAll(() => {
    children.forEach((child) => child.kill('SIGKILL'));
    rmSync(directory, { recursive: true });
  });

  async function start(): Promise<number> {
    const child = spawn(process.execPath, ['-e', IGNORES_SIGTERM], { stdio: ['pipe', 'pipe', 'ignore'] });
    children.push(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return child.pid!;
  }

  it('name a process that runs', async () => {
    const pid = await start();
    writePidFile(file, pid);
    expect(readPidFile(file)).toEqual(identityOf(pid));
  });

  it('never take another process for it that got its pid later', async () => {
    const pid = await start();
    writeFileSync(file, JSON.stringify({ pid, startedAt: '1' }));
    expect(readPidFile(file)).toBeUndefined();
    expect(await endOrphan(file, 'SIGKILL', GRACE_MS)).toBe(false);
    expect(isRunning(identityOf(pid)!)).toBe(true);
  });

  it('let the next run end what this one left, by force when it does not listen', async () => {
    const pid = await start();
    const identity = identityOf(pid)!;
    writePidFile(file, pid);
    expect(await endOrphan(file, 'SIGTERM', GRACE_MS)).toBe(true);
    expect(isRunning(identity)).toBe(false);
    expect(existsSync(file)).toBe(false);
  });

  it('mean nothing when they are missing or broken', async () => {
    expect(readPidFile(join(directory, 'missing'))).toBeUndefined();
    writeFileSync(file, '{"pid":');
    expect(await endOrphan(file, 'SIGTERM', GRACE_MS)).toBe(false);
  });
});
