import { createApiKey } from '../../../../libs/persistence/src/projects/create-api-key.js';
import { idOption, positionalsOf, readArguments, requiredOption } from '../arguments.js';
import type { Settings } from '../settings.js';
import { UsageError } from '../usage.js';
import { withClient } from '../with-client.js';

const OBJECTS = ['cohort', 'person', 'activity_log', 'feature_flag', 'action', 'project'];
const SCOPES = ['*', ...OBJECTS.flatMap((object) => [`${object}:read`, `${object}:write`])];

/** `keys create --project ID --scopes a,b [--label L] [--email E]`: a key bound to the project. @returns what is printed, this once */
export async function createKeyCommand(args: readonly string[], settings: Settings): Promise<object> {
  const parsed = readArguments(args, ['project', 'scopes', 'label', 'email']);
  positionalsOf(parsed, []);
  const projectId = idOption(parsed, 'project');
  const request = {
    scopes: scopesOf(requiredOption(parsed, 'scopes')),
    projectIds: [projectId],
    ...ownerOf(parsed.options),
  };
  return withClient(settings.databaseUrl(), async (client) => {
    const project = await client.query('SELECT 1 FROM project WHERE id = $1', [projectId]);
    if (project.rowCount === 0) {
      throw new UsageError(`There is no project ${projectId}.`);
    }
    return createApiKey(client, request);
  });
}

function scopesOf(text: string): string[] {
  const scopes = text.split(',').map((scope) => scope.trim());
  const unknown = scopes.find((scope) => !SCOPES.includes(scope));
  if (unknown !== undefined) {
    throw new UsageError(`--scopes: '${unknown}' is none of ${SCOPES.join(', ')}.`);
  }
  return scopes;
}

function ownerOf({ label, email }: Readonly<Record<string, string>>): { label?: string; email?: string } {
  if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new UsageError(`--email '${email}' is no email address.`);
  }
  return { ...(label === undefined ? {} : { label }), ...(email === undefined ? {} : { email }) };
}
