import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { Client } from 'pg';

import { migrate } from '#persistence';

import { REPOSITORY_ROOT } from '../../../tools/stack/src/embedded/index.js';

const MIGRATIONS = join(REPOSITORY_ROOT, 'libs/persistence/src/migrations');
/** Any constant: whoever makes the template holds it. */
const TEMPLATE_LOCK = 5_150_001;

/** Makes an empty, migrated database in a few milliseconds by copying a template; the first caller of all makes the template. */
export async function createMigratedDatabase(adminUrl: string): Promise<string> {
  return withClient(adminUrl, async (client) => {
    const template = await ensureTemplate(client, adminUrl);
    const name = `test_${randomBytes(6).toString('hex')}`;
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return urlOf(adminUrl, name);
  });
}

export async function dropDatabase(adminUrl: string, url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await withClient(adminUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** The template's name tells the migrations it was made by, so that servers kept between runs never give an old schema. */
async function ensureTemplate(client: Client, adminUrl: string): Promise<string> {
  const template = `template_${hashOf(MIGRATIONS).slice(0, 16)}`;
  await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (found.rowCount === 0) {
      await createTemplate(client, adminUrl, template);
    }
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  return template;
}

async function createTemplate(client: Client, adminUrl: string, template: string): Promise<void> {
  const unfinished = `${template}_unfinished`;
  await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${unfinished}`);
  await migrate(urlOf(adminUrl, unfinished));
  await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
}

function hashOf(path: string): string {
  const hash = createHash('sha1').update(path);
  if (statSync(path).isDirectory()) {
    readdirSync(path).forEach((name) => hash.update(hashOf(join(path, name))));
  } else {
    hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
