/**
 * Numbers of the advisory locks that belong to no row; each job has its own, or jobs would wait for each other. Locks of two
 * numbers (project, block) are another space: ingestion takes those, and membership/lock-live-set.ts (project, -1).
 */
export const ADVISORY_LOCKS = {
  migrate: 4_217_001,
  claimOutbox: 4_217_002,
  claimDeltas: 4_217_003,
  maintainPartitions: 4_217_004,
  scheduleCalculations: 4_217_005,
  sweepTime: 4_217_006,
} as const;
