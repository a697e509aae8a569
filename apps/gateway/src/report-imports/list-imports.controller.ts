import { Controller, Get, Inject, Param, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { findCohort } from '../get-cohort/find-cohort.js';
import { listLinks } from '../http/page-links.js';
import { readId } from '../http/read-id.js';
import { readPage } from '../http/read-query.js';
import type { Shape } from '../http/shape.js';
import { CohortRoute, QueryPage } from '../openapi/api-routes.js';
import { findImport, listImports } from './find-imports.js';
import { ImportListResponse, ImportResponse } from './import.response.js';
import { presentImport } from './present-import.js';

const MAX_LIMIT = 1000;

@Controller('api/projects/:project_id/cohorts/:id/imports')
@UseGuards(ApiKeyGuard)
export class ListImportsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('cohort:read')
  @ApiOperation({ operationId: 'listCohortImports', summary: 'Imports of CSV files into the cohort, newest first.' })
  @CohortRoute(['cohort:read'])
  @QueryPage(MAX_LIMIT)
  @ApiOkResponse({ type: ImportListResponse })
  async list(
    @Granted() access: Access,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
  ): Promise<Shape<ImportListResponse>> {
    const page = readPage(request, MAX_LIMIT);
    const cohort = await findCohort(this.database.pool, access.projectId, readId(id));
    const ids = { projectId: access.projectId, cohortId: cohort.id };
    const { count, rows } = await listImports(this.database.pool, ids, page);
    return { count, ...listLinks(request, page, count), results: rows.map(presentImport) };
  }

  @Get(':import_id')
  @RequireScopes('cohort:read')
  @ApiOperation({ operationId: 'getCohortImport', summary: 'One import: how far it is, and the account of its rows.' })
  @CohortRoute(['cohort:read'])
  @ApiParam({ name: 'import_id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ type: ImportResponse })
  async get(
    @Granted() access: Access,
    @Param('id') id: string,
    @Param('import_id') importId: string,
  ): Promise<Shape<ImportResponse>> {
    const ids = { projectId: access.projectId, cohortId: readId(id) };
    return presentImport(await findImport(this.database.pool, ids, importId));
  }
}
