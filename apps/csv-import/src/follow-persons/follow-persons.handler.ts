import { Inject, Injectable } from '@nestjs/common';

import { ID_KINDS, type IdKind } from '#csv';
import { Metrics } from '#observability';
import { OutboxRelay } from '#outbox';
import { Database } from '#persistence';

import { CSV_IMPORT_METRICS } from '../csv-import-metrics.js';
import { resolveOrdinals } from '../import-csv/resolve-ids.js';
import { joinLateIds } from './join-late-ids.js';

export interface TouchedPerson {
  readonly projectId: number;
  readonly ordinal: number;
}

interface WaitedFor {
  readonly cohortId: number;
  readonly kind: IdKind;
  readonly value: string;
  readonly ordinal: number;
}

const WAITING_PROJECTS = `
  SELECT DISTINCT project_id FROM unnest($1::int[]) AS given (project_id)
  WHERE EXISTS (SELECT 1 FROM csv_late_id AS late WHERE late.project_id = given.project_id)`;

const WAITED_FOR = `
  SELECT late.cohort_id AS "cohortId", late.kind, late.value, known.ordinal
  FROM person_distinct_id AS known
  JOIN csv_late_id AS late ON late.project_id = known.project_id AND late.kind = 'distinct_id' AND late.value = known.distinct_id
  WHERE known.project_id = $1 AND known.ordinal = ANY($2::int[])
  UNION ALL
  SELECT late.cohort_id, late.kind, late.value, known.ordinal
  FROM person AS known JOIN csv_late_id AS late ON late.project_id = known.project_id
    AND late.kind = 'person_id' AND late.value = known.uuid::text
  WHERE known.project_id = $1 AND known.ordinal = ANY($2::int[])
  UNION ALL
  SELECT late.cohort_id, late.kind, late.value, known.ordinal
  FROM person AS known JOIN csv_late_id AS late ON late.project_id = known.project_id
    AND late.kind = 'email' AND late.value = lower(btrim(known.properties ->> 'email'))
  WHERE known.project_id = $1 AND known.ordinal = ANY($2::int[])`;

/** Lets persons join for whose ids an import has waited. Doing it again changes nothing: an id that was found waits no more. */
@Injectable()
export class FollowPersonsHandler {
  private readonly late;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.late = metrics.counter(CSV_IMPORT_METRICS.late);
  }

  async follow(persons: readonly TouchedPerson[]): Promise<void> {
    const projects = [...new Set(persons.map(({ projectId }) => projectId))];
    const { rows } = await this.database.pool.query<{ project_id: number }>(WAITING_PROJECTS, [projects]);
    for (const { project_id } of rows) {
      const ordinals = persons.filter(({ projectId }) => projectId === project_id).map(({ ordinal }) => ordinal);
      await this.join(project_id, [...new Set(ordinals)]);
    }
  }

  private async join(projectId: number, ordinals: readonly number[]): Promise<void> {
    const { rows } = await this.database.pool.query<WaitedFor>(WAITED_FOR, [projectId, ordinals]);
    for (const group of groupsOf(rows)) {
      const { cohortId, kind } = group;
      const late = { projectId, cohortId, kind, values: group.found.map(({ value }) => value) };
      const joined = await this.database.transaction(async (transaction) => {
        const resolved = await resolveOrdinals(
          transaction,
          projectId,
          group.found.map(({ ordinal }) => ordinal),
        );
        return joinLateIds(transaction, late, resolved);
      });
      this.late.inc(joined);
    }
    if (rows.length > 0) {
      this.relay.wake();
    }
  }
}

interface Group extends Pick<WaitedFor, 'cohortId' | 'kind'> {
  readonly found: readonly WaitedFor[];
}

/** By cohort, in the order in which cohorts are locked, and kind. */
function groupsOf(rows: readonly WaitedFor[]): Group[] {
  const cohorts = [...new Set(rows.map(({ cohortId }) => cohortId))].sort((a, b) => a - b);
  return cohorts.flatMap((cohortId) =>
    ID_KINDS.map((kind) => ({
      cohortId,
      kind,
      found: rows.filter((row) => row.cohortId === cohortId && row.kind === kind),
    })).filter(({ found }) => found.length > 0),
  );
}
