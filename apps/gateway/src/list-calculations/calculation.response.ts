import { ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';

const INSTANT = { type: 'string', format: 'date-time', nullable: true } as const;
const UNMEASURED = { type: 'integer', nullable: true, description: 'Always null.' } as const;
const NO_QUERY = { type: 'string', nullable: true, description: 'Always null.' } as const;

/** A run of the calculator. */
export class CohortCalculationResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The filters that were calculated.' })
  filters!: Record<string, unknown>;

  @ApiProperty({ type: 'integer', nullable: true })
  count!: number | null;

  @ApiProperty(INSTANT)
  started_at!: string | null;

  @ApiProperty(INSTANT)
  finished_at!: string | null;

  @ApiProperty({ type: 'array', items: { type: 'object' }, description: 'Always empty.' })
  queries!: readonly object[];

  @ApiProperty({ type: 'string', nullable: true })
  error!: string | null;

  @ApiProperty({ type: 'number', nullable: true })
  duration_seconds!: number | null;

  @ApiProperty()
  is_completed!: boolean;

  @ApiProperty({ description: 'Completed without an error.' })
  is_successful!: boolean;

  @ApiProperty(UNMEASURED)
  total_query_ms!: null;

  @ApiProperty(UNMEASURED)
  total_memory_mb!: null;

  @ApiProperty(UNMEASURED)
  total_read_rows!: null;

  @ApiProperty(UNMEASURED)
  total_written_rows!: null;

  @ApiProperty(NO_QUERY)
  main_query!: null;

  @ApiProperty(NO_QUERY)
  main_query_id!: null;
}

/** A page of runs, newest first. */
export class CohortCalculationListResponse {
  @ApiProperty({ type: [CohortCalculationResponse] })
  results!: Shape<CohortCalculationResponse>[];

  @ApiProperty({ type: 'integer', description: 'Runs on all pages together.' })
  count!: number;

  @ApiProperty({ type: 'string', nullable: true, description: 'A query string, not a URL.' })
  next!: string | null;

  @ApiProperty({ type: 'string', nullable: true, description: 'A query string, not a URL.' })
  previous!: string | null;
}
