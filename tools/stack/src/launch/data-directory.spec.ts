import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DataDirectory, DataDirectoryInUseError } from './data-directory.js';

describe('the data directory of a stack', () => {
  const path = mkdtempSync(join(tmpdir(), 'muster-directory-'));
  const directory = new DataDirectory(path);

  afterAll(() => {
    rmSync(path, { recursive: true });
  });

  it('has one launcher at a time', () => {
    directory.lock();
    const lockAgain = () => {
      new DataDirectory(path).lock();
    };
    expect(lockAgain).toThrow(DataDirectoryInUseError);
    expect(lockAgain).toThrow(`Another launcher (pid ${process.pid}) already runs on ${path}`);
    directory.unlock();
    expect(lockAgain).not.toThrow();
    directory.unlock();
  });

  it.each(['{"pid":1,"startedAt":"never"}', '', '{"pid":'])('is free when its launcher was killed (%s)', (stale) => {
    writeFileSync(join(path, 'launcher.pid.json'), stale);
    directory.lock();
    expect(() => {
      directory.lock();
    }).toThrow(DataDirectoryInUseError);
    directory.unlock();
  });

  it('forgets the connection.json of a killed launcher', async () => {
    writeFileSync(directory.connectionFile, '{}');
    await directory.recover();
    expect(existsSync(directory.connectionFile)).toBe(false);
  });
});
