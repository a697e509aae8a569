import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { useStack } from '#testing';

import { MusterApi } from '../support/muster-api.js';
import { installSchemathesis } from './install-schemathesis.js';

const INSTALL_WITHIN_MS = 120_000;
/** Schemathesis ends by itself when this is spent; the rest of three minutes is for starting and installing. */
const FUZZ_SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 90);
const CONFIG = join(import.meta.dirname, 'schemathesis.toml');
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** One request may be a megabyte; a line of a failure need not. */
const MAX_LINE = 600;

interface OpenApiDocument {
  readonly paths: Record<string, Record<string, { readonly parameters?: Parameter[] }>>;
  readonly components: { readonly schemas: Record<string, { properties?: Record<string, object> }> };
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  schema: object;
}

describe('schemathesis', () => {
  const stack = useStack(['gateway']);
  let program: string;
  let directory: string;

  beforeAll(async () => {
    program = await installSchemathesis();
    directory = await mkdtemp(join(tmpdir(), 'muster-fuzz-'));
  }, INSTALL_WITHIN_MS);
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it(
    'finds no answer of the gateway that its OpenAPI document does not describe',
    async () => {
      const { code, output } = await fuzz(await writeDocument());
      expect({ code, failures: code === 0 ? '' : output }).toEqual({ code: 0, failures: '' });
      const generated = Number(/(\d+) generated/.exec(output)?.[1]);
      const tested = Number(/Tested: (\d+)/.exec(output)?.[1]);
      console.log(`schemathesis: ${generated} requests to ${tested} operations, 0 failures`);
      expect(generated).toBeGreaterThan(500);
      expect(tested).toBeGreaterThan(15);
    },
    (FUZZ_SECONDS + 60) * 1000,
  );

  /** The gateway's own document, but with ids and a token that exist, so that what lies behind them is reached. */
  async function writeDocument(): Promise<string> {
    const { body } = await new MusterApi(stack).request('POST', 'cohorts/', { name: 'Fuzzed', is_static: true });
    const ids: Record<string, number> = { project_id: stack.project.id, id: (body as { id: number }).id };
    const answer = await fetch(`${stack.gatewayUrl}/api/openapi.json`);
    const document = (await answer.json()) as OpenApiDocument;
    for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
      for (const parameter of operation.parameters ?? []) {
        const id = ids[parameter.name];
        if (parameter.in === 'path' && id !== undefined) {
          parameter.schema = { type: 'integer', enum: [id] };
        }
      }
    }
    for (const { properties = {} } of Object.values(document.components.schemas)) {
      if ('api_key' in properties) {
        properties['api_key'] = { type: 'string', enum: [stack.project.token] };
      }
    }
    const path = join(directory, 'openapi.json');
    await writeFile(path, JSON.stringify(document));
    return path;
  }

  function fuzz(document: string): Promise<{ code: number; output: string }> {
    const options = ['--config-file', CONFIG, 'run', document, '--url', stack.gatewayUrl, '--seed', '1'];
    const bounds = ['--max-time', String(FUZZ_SECONDS)];
    const env = { PATH: process.env['PATH'], HOME: directory, MUSTER_KEY: stack.project.apiKey };
    const how = { env, cwd: directory, maxBuffer: MAX_OUTPUT_BYTES };
    return new Promise((resolve) => {
      execFile(program, [...options, ...bounds], how, (error, stdout, stderr) => {
        const lines = (stdout + stderr).split('\n').map((line) => line.slice(0, MAX_LINE));
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: lines.join('\n') });
      });
    });
  }
});
