import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const NEEDED_VERSION = 17;

const OTHER_WAYS = [
  '  Debian, Ubuntu: apt-get install -y openjdk-17-jre-headless maven',
  '  a Kafka of your own: KAFKA_BROKERS=host:9092 npm start',
  '  Docker: docker compose up',
].join('\n');

/** A program the embedded Kafka needs is not there. The message names the other ways. */
export class MissingToolError extends Error {
  constructor(problem: string) {
    super(
      `${problem} The embedded Kafka needs Java ${NEEDED_VERSION} or later, and Maven the first time. Any of these helps:\n${OTHER_WAYS}`,
    );
    this.name = 'MissingToolError';
  }
}

/** @returns the command of a Java that is new enough @throws MissingToolError */
export function findJava(): string {
  const home = process.env['JAVA_HOME'];
  const command = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
  const text = versionText(command, ['-version']);
  if (text === undefined) {
    throw new MissingToolError(`Java is missing (${command}).`);
  }
  const version = /version "(?:1\.)?(\d+)/.exec(text)?.[1];
  if (Number(version) < NEEDED_VERSION) {
    throw new MissingToolError(`Java is too old (${command} is version ${version ?? 'unknown'}).`);
  }
  return command;
}

/** @throws MissingToolError */
export function findMaven(): string {
  if (versionText('mvn', ['--version']) === undefined) {
    throw new MissingToolError('Maven is missing (mvn).');
  }
  return 'mvn';
}

function versionText(command: string, args: string[]): string | undefined {
  try {
    // Java tells its version on stderr.
    return execFileSync('sh', ['-c', '"$0" "$@" 2>&1', command, ...args], { encoding: 'utf8' });
  } catch {
    return undefined;
  }
}
