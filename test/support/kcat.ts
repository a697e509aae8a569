import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A record as kcat shows it; nothing of Muster's own code has touched it. */
export interface KcatRecord {
  readonly key: string;
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly partition: number;
  readonly offset: number;
}

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const WITHIN_MS = 30_000;

/** Reads a topic from its beginning to its end with kcat, a client of another language and another library. */
export async function readWithKcat(brokers: string, topic: string): Promise<KcatRecord[]> {
  const options = ['-C', '-b', brokers, '-t', topic, '-o', 'beginning', '-e', '-q', '-J'];
  const { stdout } = await run(options);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const record = JSON.parse(line) as Omit<KcatRecord, 'headers'> & { headers?: string[] };
      return { ...record, headers: pairs(record.headers ?? []) };
    });
}

async function run(options: string[]): Promise<{ stdout: string }> {
  try {
    return await promisify(execFile)('kcat', options, { maxBuffer: MAX_OUTPUT_BYTES, timeout: WITHIN_MS });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Error('This test reads Kafka as another team does and needs kcat: apt-get install -y kcat', {
        cause: error,
      });
    }
    throw error;
  }
}

function pairs(flat: readonly string[]): Record<string, string> {
  const names = flat.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(names.map((name, index) => [name, flat[index * 2 + 1] ?? '']));
}
