import type { Logger } from '#observability';
import { type Database, extendLease, type LeasedCalculation } from '#persistence';

/** Three heartbeats fit into a lease, so that one lost beat loses nothing. */
const BEATS_PER_LEASE = 3;

/** Keeps the run ours while `work` goes on; whether it still is, the fence decides when the result is written. */
export async function keepLease<T>(
  database: Database,
  run: LeasedCalculation,
  options: { readonly leaseMs: number; readonly logger: Logger },
  work: () => Promise<T>,
): Promise<T> {
  const beat = setInterval(() => {
    extendLease(database.pool, run, options.leaseMs).catch((error: unknown) => {
      options.logger.warn({ error, calculation: run.id }, 'a heartbeat could not be written');
    });
  }, options.leaseMs / BEATS_PER_LEASE);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
