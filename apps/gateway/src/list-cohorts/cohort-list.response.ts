import { ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';
import { CohortResponse } from '../present-cohort/cohort.response.js';

/** A page of cohorts. */
export class CohortListResponse {
  @ApiProperty({ type: 'integer', description: 'Cohorts on all pages together.' })
  count!: number;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  next!: string | null;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  previous!: string | null;

  @ApiProperty({ type: [CohortResponse] })
  results!: Shape<CohortResponse>[];
}
