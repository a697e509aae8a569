import { Readable } from 'node:stream';

import { Controller, Get, Inject, Param, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { Database } from '#persistence';

import { type Access, Granted, RequireScopes } from '../authenticate/access.js';
import { ApiKeyGuard } from '../authenticate/api-key.guard.js';
import { invalid } from '../http/api-error.js';
import { listLinks } from '../http/page-links.js';
import { readId } from '../http/read-id.js';
import { queryText, readPage } from '../http/read-query.js';
import { writeCsv } from '../http/write-csv.js';
import { CohortRoute, QueryPage } from '../openapi/api-routes.js';
import { findImport } from './find-imports.js';
import { allRows, listRows, ROW_STATUSES, type RowStatus } from './find-rows.js';
import { ImportedRowsResponse } from './import.response.js';

const MAX_LIMIT = 1000;
const COLUMNS = ['line', 'value', 'status', 'reason'] as const;

@Controller('api/projects/:project_id/cohorts/:id/imports/:import_id/rows')
@UseGuards(ApiKeyGuard)
export class ListImportRowsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @RequireScopes('cohort:read')
  @ApiOperation({
    operationId: 'listCohortImportRows',
    summary: 'The rows that put nobody into the cohort, with line and reason; as a CSV file with `format=csv`.',
  })
  @CohortRoute(['cohort:read'])
  @ApiParam({ name: 'import_id', schema: { type: 'string', format: 'uuid' } })
  @ApiQuery({ name: 'status', required: false, enum: ROW_STATUSES })
  @ApiQuery({ name: 'format', required: false, enum: ['json', 'csv'] })
  @QueryPage(MAX_LIMIT)
  @ApiOkResponse({ type: ImportedRowsResponse })
  async list(
    @Granted() access: Access,
    @Param('id') id: string,
    @Param('import_id') importId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const statuses = readStatuses(request);
    const isDownload = readFormat(request) === 'csv';
    const page = readPage(request, MAX_LIMIT);
    const ids = { projectId: access.projectId, cohortId: readId(id) };
    const found = await findImport(this.database.pool, ids, importId);
    if (isDownload) {
      await this.download(reply, found.id, statuses);
      return;
    }
    const { count, rows } = await listRows(this.database.pool, found.id, statuses, page);
    await reply.send({ count, ...listLinks(request, page, count), results: rows });
  }

  private async download(reply: FastifyReply, importId: string, statuses: readonly RowStatus[]): Promise<void> {
    await reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="import-${importId}.csv"`)
      .send(Readable.from(this.linesOf(importId, statuses)));
  }

  private async *linesOf(importId: string, statuses: readonly RowStatus[]): AsyncGenerator<string> {
    yield writeCsv([COLUMNS]);
    for await (const rows of allRows(this.database.pool, importId, statuses)) {
      yield writeCsv(rows.map((row) => COLUMNS.map((column) => row[column])));
    }
  }
}

function readStatuses(request: FastifyRequest): readonly RowStatus[] {
  const given = queryText(request, 'status');
  const status = ROW_STATUSES.find((choice) => choice === given);
  if (given !== undefined && status === undefined) {
    throw invalid('status', `Must be one of ${ROW_STATUSES.join(', ')}.`, 'invalid_choice');
  }
  return status === undefined ? ROW_STATUSES : [status];
}

function readFormat(request: FastifyRequest): 'json' | 'csv' {
  const given = queryText(request, 'format') ?? 'json';
  if (given !== 'json' && given !== 'csv') {
    throw invalid('format', 'Must be json or csv.', 'invalid_choice');
  }
  return given;
}
