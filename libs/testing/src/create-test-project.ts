import { createApiKey, createProject, type Database } from '#persistence';

export interface TestProject {
  readonly id: number;
  /** For SDKs: capture. */
  readonly token: string;
  /** Personal key of the demo user with every scope, for this project only. */
  readonly apiKey: string;
}

/** Makes a project and a key that may do everything in it. */
export async function createTestProject(
  database: Database,
  options: { readonly timezone?: string } = {},
): Promise<TestProject> {
  const { id, token } = await createProject(database.pool, { name: 'Test', ...options });
  const { key } = await createApiKey(database.pool, { scopes: ['*'], projectIds: [id], label: 'test' });
  return { id, token, apiKey: key };
}
