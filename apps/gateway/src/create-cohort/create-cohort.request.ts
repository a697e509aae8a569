import { ApiProperty } from '@nestjs/swagger';

import { CohortFiltersRequest } from '../openapi/filters.request.js';

/** The body of a create. Unknown and read-only keys are ignored, so that a whole cohort may be posted back as a copy. */
export class CreateCohortRequest {
  @ApiProperty({ minLength: 1, maxLength: 400, example: 'Users with Email' })
  name!: string;

  @ApiProperty({ required: false, maxLength: 1000, default: '' })
  description?: string;

  @ApiProperty({ required: false, default: false, enum: [false], description: 'Static cohorts cannot be created yet.' })
  is_static?: boolean;

  @ApiProperty({
    required: false,
    type: CohortFiltersRequest,
    description: 'Absent: a cohort without criteria, which nobody is in.',
  })
  filters?: CohortFiltersRequest;
}
