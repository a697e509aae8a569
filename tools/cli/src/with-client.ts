import { Client, type PoolClient } from 'pg';

const CONNECT_WITHIN_MS = 5_000;

/** Runs `work` with one connection; the helpers of persistence take it as the client of a pool. */
export async function withClient<T>(url: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    application_name: 'muster-cli',
  });
  await client.connect();
  try {
    return await work(client as unknown as PoolClient);
  } finally {
    await client.end();
  }
}
