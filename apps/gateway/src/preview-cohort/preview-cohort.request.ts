import { ApiProperty } from '@nestjs/swagger';

import { CohortFiltersRequest } from '../openapi/filters.request.js';

export const DEFAULT_SAMPLE = 10;
export const MAX_SAMPLE = 100;

/** Filters to try out; nothing is stored. */
export class PreviewCohortRequest {
  @ApiProperty({ type: CohortFiltersRequest })
  filters!: CohortFiltersRequest;

  @ApiProperty({
    required: false,
    example: '2024-03-10T12:00:00Z',
    description:
      "The evaluation's now instead of the clock: an ISO 8601 date (its midnight) or date and time, on the project's clock unless it carries an offset; from 1900 to 2199.",
  })
  as_of?: string;

  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: 0,
    maximum: MAX_SAMPLE,
    default: DEFAULT_SAMPLE,
    description: 'How many of the members are shown.',
  })
  limit?: number;
}
