import { Controller, Get, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';

import { type CohortIds, Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { findFlagsUsing } from '../check-flag/find-flags-using.js';
import { findCohort } from '../get-cohort/find-cohort.js';
import { readId } from '../http/read-id.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute } from '../openapi/api-routes.js';
import { CohortUsesResponse } from './uses.response.js';

const MAX_LISTED = 100;

const REFERRERS = `
  SELECT id, name, count(*) OVER ()::int AS total FROM cohort
  WHERE project_id = $1 AND refers_to @> ARRAY[$2::int] AND refers_to <> '{}' AND NOT deleted ORDER BY id LIMIT ${MAX_LISTED}`;

interface Referrer {
  readonly id: number;
  readonly name: string;
  readonly total: number;
}

@Controller('api/projects/:project_id/cohorts/:id/used_in')
@UseGuards(ApiKeyGuard)
export class FindUsesController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('cohort:read')
  @ApiOperation({ operationId: 'findCohortUses', summary: 'What needs the cohort.' })
  @CohortRoute(['cohort:read'])
  @ApiOkResponse({ type: CohortUsesResponse })
  async find(@Granted() access: Access, @Param('id') id: string): Promise<Shape<CohortUsesResponse>> {
    const cohort = await findCohort(this.database.pool, access.projectId, readId(id));
    const { rows } = await this.database.pool.query<Referrer>(REFERRERS, [access.projectId, cohort.id]);
    const total = rows[0]?.total ?? 0;
    const results = rows.map(({ id: referrer, name }) => ({ id: referrer, name }));
    return {
      feature_flags: await this.flagsUsing({ projectId: access.projectId, cohortId: cohort.id }),
      // Insights have no counterpart here.
      insights: { results: [], total: 0, has_more: false },
      cohorts: { results, total, has_more: total > results.length },
    };
  }

  private async flagsUsing(ids: CohortIds): Promise<Shape<CohortUsesResponse>['feature_flags']> {
    const { flags, total } = await findFlagsUsing(this.database.pool, ids, { onlyActive: false, limit: MAX_LISTED });
    return { results: [...flags], total, has_more: total > flags.length };
  }
}
