import { createProject } from '../../../../libs/persistence/src/projects/create-project.js';
import { idOption, positionalsOf, readArguments, requiredOption } from '../arguments.js';
import type { Settings } from '../settings.js';
import { UsageError } from '../usage.js';
import { withClient } from '../with-client.js';

const MAX_NAME_LENGTH = 400;

/** `projects create NAME [--timezone TZ]` @returns what is printed */
export async function createProjectCommand(args: readonly string[], settings: Settings): Promise<object> {
  const parsed = readArguments(args, ['timezone']);
  const [name = ''] = positionalsOf(parsed, ['NAME']);
  if (name.trim() === '' || name.length > MAX_NAME_LENGTH || name.includes('\0')) {
    throw new UsageError(`NAME must have 1 to ${MAX_NAME_LENGTH} characters.`);
  }
  const timezone = parsed.options['timezone'] ?? 'UTC';
  checkTimezone(timezone);
  return withClient(settings.databaseUrl(), (client) => createProject(client, { name, timezone }));
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `projects shift --project ID --by 26h`: adds to the project's clock offset. @returns what is printed */
export async function shiftProjectCommand(args: readonly string[], settings: Settings): Promise<object> {
  const parsed = readArguments(args, ['project', 'by']);
  positionalsOf(parsed, []);
  if (!settings.testFeatures) {
    throw new UsageError('projects shift moves a clock that memberships rest on: it works only with MUSTER_TEST=1.');
  }
  const id = idOption(parsed, 'project');
  const seconds = secondsOf(requiredOption(parsed, 'by'));
  return withClient(settings.databaseUrl(), async (client) => {
    const result = await client.query<{ seconds: number }>(
      `UPDATE project SET clock_offset = clock_offset + make_interval(secs => $2) WHERE id = $1
       RETURNING extract(epoch FROM clock_offset)::float8 AS seconds`,
      [id, seconds],
    );
    const row = result.rows[0];
    if (row === undefined) {
      throw new UsageError(`There is no project ${id}.`);
    }
    return { id, clock_offset_seconds: row.seconds };
  });
}

function checkTimezone(name: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    throw new UsageError(`--timezone '${name}' is no IANA time zone, such as Europe/Berlin.`);
  }
}

function secondsOf(text: string): number {
  const [, number = '', unit = ''] = /^(-?\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const seconds = Number(number) * (SECONDS[unit] ?? NaN);
  if (number === '' || !Number.isFinite(seconds)) {
    throw new UsageError(`--by '${text}' is no duration, such as 90s, 30m, 26h or 2d.`);
  }
  return seconds;
}
