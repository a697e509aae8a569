import type { Logger } from '#observability';
import { type Database, extendLeases, type LeasedCalculation, type RunProgress } from '#persistence';

/** Three heartbeats fit into a lease, so that one lost beat loses nothing. */
const BEATS_PER_LEASE = 3;
/** Progress is told as often, whatever the lease. */
const MAX_BEAT_MS = 1_000;

export type ReportProgress = (phase: RunProgress['phase'], progress: number) => void;

/**
 * Keeps the runs ours while `work` goes on, and tells with each heartbeat where they are; whether they still are ours, the fence
 * decides when the result is written.
 */
export async function keepLease<T>(
  database: Database,
  runs: readonly LeasedCalculation[],
  options: { readonly leaseMs: number; readonly logger: Logger },
  work: (report: ReportProgress) => Promise<T>,
): Promise<T> {
  let current: RunProgress = { phase: 'reading', progress: 0 };
  let beating: Promise<void> | undefined;
  const beat = async (): Promise<void> => {
    try {
      await extendLeases(database.pool, runs, { ...current, leaseMs: options.leaseMs });
    } catch (error) {
      options.logger.warn({ error, calculations: runs.map(({ id }) => id) }, 'a heartbeat could not be written');
    }
    beating = undefined;
  };
  const timer = setInterval(
    () => {
      beating ??= beat();
    },
    Math.min(options.leaseMs / BEATS_PER_LEASE, MAX_BEAT_MS),
  );
  try {
    return await work((phase, progress) => {
      current = { phase, progress: Math.max(0, Math.min(100, Math.round(progress))) };
    });
  } finally {
    clearInterval(timer);
    await beating;
  }
}
