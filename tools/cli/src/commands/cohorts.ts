import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { idOption, positionalsOf, readArguments } from '../arguments.js';
import { ProgressBar } from '../import-cohort/progress-bar.js';
import { uploadFile } from '../import-cohort/upload-file.js';
import type { Settings } from '../settings.js';
import { UsageError } from '../usage.js';

const POLL_MS = 200;

interface Report {
  readonly status: string;
  readonly percent: number;
  readonly rows: number;
  readonly matched: number;
  readonly unmatched: number;
  readonly duplicates: number;
  readonly invalid: number;
  readonly persons: number;
  readonly error_code: string | null;
}

interface Target {
  readonly url: string;
  readonly key: string;
}

/** `cohorts import --name "VIP" file.csv`, or `--cohort ID` to add to one. @returns the account of the rows, which is printed */
export async function importCohortCommand(args: readonly string[], settings: Settings): Promise<string> {
  const parsed = readArguments(args, ['name', 'cohort', 'mode', 'keep-unmatched']);
  const [file = ''] = positionalsOf(parsed, ['FILE']);
  if (!existsSync(file)) {
    throw new UsageError(`There is no file '${file}'.`);
  }
  const stack = settings.stack();
  const target = { url: `${stack.gateway_url}/api/projects/${stack.project_id}/cohorts/`, key: stack.personal_api_key };
  const { cohort, name, mode } = parsed.options;
  if ((cohort === undefined) === (name === undefined)) {
    throw new UsageError('Give either --name of a new cohort or --cohort ID.');
  }
  const bar = new ProgressBar(process.stderr, 'upload');
  const id = cohort === undefined ? undefined : idOption(parsed, 'cohort');
  const created = await uploadFile({
    url: id === undefined ? target.url : `${target.url}${id}/`,
    method: id === undefined ? 'POST' : 'PATCH',
    key: target.key,
    file,
    fields: {
      ...(name === undefined ? {} : { name, is_static: 'true' }),
      ...(mode === undefined ? {} : { csv_mode: mode }),
      ...(parsed.options['keep-unmatched'] === 'true' ? { keep_unmatched: 'true' } : {}),
    },
    onProgress: (percent) => {
      bar.draw(percent);
    },
  });
  return accountOf(created, await followImport(target, created.id));
}

async function followImport(target: Target, cohortId: number): Promise<Report> {
  const bar = new ProgressBar(process.stderr, 'import');
  for (;;) {
    const answer = await fetch(`${target.url}${cohortId}/imports/?limit=1`, {
      headers: { authorization: `Bearer ${target.key}` },
    });
    const { results } = (await answer.json()) as { results: Report[] };
    const report = results[0];
    if (report === undefined || report.status === 'failed') {
      throw new Error(`The import failed: ${report?.error_code ?? 'it is not there'}.`);
    }
    bar.draw(report.percent, `${report.rows} rows`);
    if (report.status === 'done') {
      return report;
    }
    await sleep(POLL_MS);
  }
}

function accountOf({ id, name }: { id: number; name: string }, report: Report): string {
  return [
    `Cohort ${id} "${name}": ${report.rows} rows`,
    `  matched    ${report.matched} (${report.persons} persons)`,
    `  unmatched  ${report.unmatched}`,
    `  duplicates ${report.duplicates}`,
    `  invalid    ${report.invalid}`,
  ].join('\n');
}
