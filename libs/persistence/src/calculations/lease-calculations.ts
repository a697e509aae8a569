import type { Pool, PoolClient } from 'pg';

import type { LeasedCalculation, RunProgress } from './leased-calculation.js';

/** A dependent waits so long for what it refers to, then takes the last good version: it must never be stuck behind another. */
const MAX_WAIT_FOR_REFERENCES = `interval '10 minutes'`;

/** Waits for its time, or its owner let its lease end. */
const DUE = `run.state IN ('wanted', 'running') AND run.not_before <= clock_timestamp()
  AND (run.state = 'wanted' OR run.leased_until < clock_timestamp())`;

/** Nothing it refers to is being computed, or about to be: a dependent is evaluated after its dependency flipped. */
const FREE = `(run.wanted_at < clock_timestamp() - ${MAX_WAIT_FOR_REFERENCES} OR NOT EXISTS (
    SELECT FROM cohort JOIN calculation AS open ON open.project_id = cohort.project_id AND open.cohort_id = ANY(cohort.refers_to)
    WHERE cohort.id = run.cohort_id AND open.cohort_id <> run.cohort_id AND open.state IN ('wanted', 'running')
      AND (open.state = 'running' OR open.not_before <= clock_timestamp())
  ))`;

/**
 * One run leads: what was asked for before what the schedule made, the longest waiting first. Others of its project go along, so that
 * they share a snapshot and equal leaves; but a run that has failed or killed its owner before goes alone, so that it harms no other.
 */
const LEASE = `
  WITH leader AS (
    SELECT run.id, run.project_id, run.is_scheduled, run.attempt FROM calculation AS run
    WHERE ${DUE} AND ${FREE} ORDER BY run.is_scheduled, run.not_before LIMIT 1 FOR UPDATE SKIP LOCKED
  ), followers AS (
    SELECT run.id FROM calculation AS run JOIN leader ON leader.project_id = run.project_id
    WHERE leader.attempt = 0 AND run.attempt = 0 AND run.is_scheduled = leader.is_scheduled AND run.id <> leader.id
      AND ${DUE} AND ${FREE} ORDER BY run.not_before LIMIT $2 FOR UPDATE OF run SKIP LOCKED
  ), chosen AS (SELECT id FROM leader UNION ALL SELECT id FROM followers)
  UPDATE calculation AS run SET state = 'running', attempt = attempt + 1, started_at = coalesce(started_at, clock_timestamp()),
    deaths = deaths + CASE run.state WHEN 'running' THEN 1 ELSE 0 END, phase = 'reading', progress = 0,
    heartbeat_at = clock_timestamp(), leased_until = clock_timestamp() + $1 * interval '1 millisecond'
  FROM chosen WHERE run.id = chosen.id
  RETURNING run.id, run.project_id AS "projectId", run.cohort_id AS "cohortId", run.version, run.attempt, run.deaths`;

/**
 * Takes the next due runs of one project, also those whose owner let its lease end. Replicas share by SKIP LOCKED.
 * @returns at most `max`; none when nothing is due
 */
export async function leaseCalculations(
  client: Pool | PoolClient,
  { leaseMs, max }: { readonly leaseMs: number; readonly max: number },
): Promise<LeasedCalculation[]> {
  const result = await client.query<LeasedCalculation>(LEASE, [leaseMs, max - 1]);
  return result.rows;
}

/** Heartbeat, and where the runs are. @returns how many leases were still ours */
export async function extendLeases(
  client: Pool | PoolClient,
  runs: readonly LeasedCalculation[],
  { leaseMs, phase, progress }: RunProgress & { readonly leaseMs: number },
): Promise<number> {
  const result = await client.query(
    `UPDATE calculation AS run SET heartbeat_at = clock_timestamp(), phase = $4, progress = $5,
       leased_until = clock_timestamp() + $3 * interval '1 millisecond'
     FROM unnest($1::uuid[], $2::int[]) AS held (id, attempt)
     WHERE run.id = held.id AND run.attempt = held.attempt AND run.state = 'running'`,
    [runs.map(({ id }) => id), runs.map(({ attempt }) => attempt), leaseMs, phase, progress],
  );
  return result.rowCount ?? 0;
}

/** Milliseconds until the next run is due; below zero while one waits for what it refers to; undefined when none waits. */
export async function msUntilNextCalculation(client: Pool | PoolClient): Promise<number | undefined> {
  const result = await client.query<{ ms: number | null }>(
    `SELECT (EXTRACT(EPOCH FROM min(CASE state WHEN 'wanted' THEN not_before ELSE greatest(leased_until, not_before) END)
       - clock_timestamp()) * 1000)::float8 AS ms FROM calculation WHERE state IN ('wanted', 'running')`,
  );
  return result.rows[0]?.ms ?? undefined;
}
