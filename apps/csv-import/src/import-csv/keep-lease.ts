import type { Pool } from 'pg';

import type { Logger } from '#observability';

import { extendLease, type LeasedImport } from './lease-import.js';

/** Three heartbeats fit into a lease, so that one lost beat loses nothing. */
const BEATS_PER_LEASE = 3;

/** Keeps the import ours while `work` goes on; whether it still is, the fence decides at each commit. */
export async function keepLease<T>(
  pool: Pool,
  run: LeasedImport,
  options: { readonly leaseMs: number; readonly logger: Logger },
  work: () => Promise<T>,
): Promise<T> {
  const beat = setInterval(() => {
    extendLease(pool, run, options.leaseMs).catch((error: unknown) => {
      options.logger.warn({ error, import: run.id }, 'a heartbeat could not be written');
    });
  }, options.leaseMs / BEATS_PER_LEASE);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
