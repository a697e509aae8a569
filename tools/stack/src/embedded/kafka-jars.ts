import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { findMaven } from './java.js';
import { REPOSITORY_ROOT } from './repository-root.js';

const POM = join(REPOSITORY_ROOT, 'tools/stack/kafka/pom.xml');
const DOWNLOAD_WITHIN_MS = 10 * 60_000;

/**
 * The directory with Kafka's jars, downloaded (43 MB) by Maven the first time.
 * Several processes may ask at once: whoever is ready first puts the whole directory in place.
 * @throws MissingToolError when they must be downloaded and there is no Maven
 */
export async function kafkaJars(cacheDirectory: string, onProgress?: (line: string) => void): Promise<string> {
  const version = /<kafka\.version>(.+?)<\/kafka\.version>/.exec(readFileSync(POM, 'utf8'))?.[1] ?? 'unknown';
  const jars = resolve(cacheDirectory, `kafka-${version}`);
  if (existsSync(jars)) {
    return jars;
  }
  const maven = findMaven();
  onProgress?.(`Downloading Apache Kafka ${version} (43 MB, only this once)`);
  mkdirSync(cacheDirectory, { recursive: true });
  const unfinished = mkdtempSync(resolve(cacheDirectory, 'downloading-'));
  try {
    await download(maven, unfinished);
    putInPlace(unfinished, jars);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return jars;
}

async function download(maven: string, into: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${into}`];
  try {
    await promisify(execFile)(maven, ['-q', '-B', '-f', POM, ...goal], { timeout: DOWNLOAD_WITHIN_MS });
  } catch (error) {
    const { stdout, message } = error as { stdout?: string; message: string };
    throw new Error(
      `Kafka's jars could not be downloaded: ${stdout === undefined || stdout === '' ? message : stdout}`,
      {
        cause: error,
      },
    );
  }
}

function putInPlace(unfinished: string, jars: string): void {
  try {
    renameSync(unfinished, jars);
  } catch (error) {
    if (!existsSync(jars)) {
      throw error;
    }
  }
}
