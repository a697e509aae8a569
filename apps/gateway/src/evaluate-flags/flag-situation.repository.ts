import { Inject, Injectable } from '@nestjs/common';

import { cohortsOf, type FlagDefinition, parseFlagFilters } from '#cohort-core';
import { LOGGER, type Logger } from '#observability';
import { Database } from '#persistence';

import { TtlCache } from '../authenticate/ttl-cache.js';
import { IS_ALIVE } from '../present-person/read-persons.js';

/** A flag that clients may hear of. */
export interface ActiveFlag {
  readonly id: number;
  readonly version: number;
  readonly key: string;
  /** Undefined when the stored filters cannot be read: such a flag fails, the others do not. */
  readonly definition: FlagDefinition | undefined;
  /** Whether its value depends on membership. */
  readonly namesCohorts: boolean;
}

/** What the flags of one distinct id are decided from, besides membership. */
export interface FlagSituation {
  readonly timezone: string;
  /** The database's clock plus the project's offset: the now of every membership decision. */
  readonly at: Date;
  /** Null: nobody has the distinct id. */
  readonly ordinal: number | null;
  /** As JSON text; `{}` of nobody. */
  readonly properties: string;
  readonly flags: readonly ActiveFlag[];
}

interface Row {
  readonly timezone: string;
  readonly at: Date;
  readonly ordinal: number | null;
  readonly properties: string;
  readonly flags: readonly (readonly [id: number, version: number])[];
}

const READ_SITUATION = `
  SELECT project.timezone, clock_timestamp() + project.clock_offset AS at, p.ordinal, coalesce(p.properties, '{}')::text AS properties,
    (SELECT coalesce(json_agg(json_build_array(f.id, f.version) ORDER BY f.id), '[]')
     FROM feature_flag f WHERE f.project_id = project.id AND f.active AND NOT f.deleted) AS flags
  FROM project
    LEFT JOIN person_distinct_id d ON d.project_id = project.id AND d.distinct_id = $2
    LEFT JOIN person p ON p.project_id = project.id AND p.ordinal = d.ordinal AND ${IS_ALIVE}
  WHERE project.id = $1`;

const READ_FLAGS = `
  SELECT id, version, key, filters FROM feature_flag
  WHERE project_id = $1 AND id = ANY($2::int[]) AND active AND NOT deleted ORDER BY id`;

/** A parsed version never changes; it is forgotten because the flag may have been edited or deleted since. */
const KEPT_MS = 600_000;

/** Reads what flags are decided from: one statement, and another one for flags that were edited since they were last read. */
@Injectable()
export class FlagSituationRepository {
  private readonly parsed = new TtlCache<ActiveFlag>(KEPT_MS);

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async read(projectId: number, distinctId: string): Promise<FlagSituation> {
    const { rows } = await this.database.pool.query<Row>(READ_SITUATION, [projectId, distinctId]);
    const [row] = rows;
    if (row === undefined) {
      throw new Error(`no project ${projectId}`);
    }
    return { ...row, flags: await this.flagsOf(projectId, row.flags) };
  }

  private async flagsOf(projectId: number, wanted: Row['flags']): Promise<readonly ActiveFlag[]> {
    const known = wanted.map(([id, version]) => this.parsed.get(`${id}:${version}`));
    const unknown = wanted.filter((_, index) => known[index] === undefined).map(([id]) => id);
    const read = unknown.length === 0 ? [] : await this.load(projectId, unknown);
    return [...known.filter((flag) => flag !== undefined), ...read];
  }

  private async load(projectId: number, ids: readonly number[]): Promise<readonly ActiveFlag[]> {
    const { rows } = await this.database.pool.query<StoredFilters>(READ_FLAGS, [projectId, ids]);
    return rows.map((row) => {
      const flag = this.parse(row);
      this.parsed.set(`${row.id}:${row.version}`, flag);
      return flag;
    });
  }

  private parse({ filters, ...row }: StoredFilters): ActiveFlag {
    try {
      const { definition } = parseFlagFilters(filters);
      const namesCohorts = definition.groups.some(({ tree }) => tree !== null && cohortsOf(tree).length > 0);
      return { ...row, definition, namesCohorts };
    } catch (error) {
      this.logger.error({ err: error, flagId: row.id }, 'the stored filters of a flag cannot be read');
      return { ...row, definition: undefined, namesCohorts: false };
    }
  }
}

interface StoredFilters {
  readonly id: number;
  readonly version: number;
  readonly key: string;
  readonly filters: unknown;
}
