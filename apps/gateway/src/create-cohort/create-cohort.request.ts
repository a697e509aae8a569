import { ApiProperty } from '@nestjs/swagger';

import { COHORT_TYPES } from '#contracts';

import { CohortFiltersRequest } from '../openapi/filters.request.js';

/** The body of a create. Unknown and read-only keys are ignored, so that a whole cohort that has criteria may be posted back as a copy. */
export class CreateCohortRequest {
  @ApiProperty({ minLength: 1, maxLength: 400, example: 'Users with Email' })
  name!: string;

  @ApiProperty({ required: false, maxLength: 1000, default: '' })
  description?: string;

  @ApiProperty({
    required: false,
    default: false,
    description:
      'A fixed list: of `_create_static_person_ids`, else of whom the filters match at this time, else empty.',
  })
  is_static?: boolean;

  @ApiProperty({
    required: false,
    type: CohortFiltersRequest,
    description: 'Absent: without `groups` a cohort without criteria, which nobody is in.',
  })
  filters?: CohortFiltersRequest;

  @ApiProperty({
    required: false,
    type: 'array',
    maxItems: 100,
    items: { type: 'object', additionalProperties: true },
    description:
      'Legacy form of filters: any group, each of `properties` or one `event_id` or `action_id`. Filters win where both are sent.',
  })
  groups?: object[];

  @ApiProperty({
    required: false,
    nullable: true,
    enum: COHORT_TYPES,
    description: 'Must be the type that follows from the cohort; it need not be sent.',
  })
  cohort_type?: string | null;

  @ApiProperty({
    required: false,
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    description: 'Uuids of the first members of a static cohort; unknown ones are left out.',
  })
  _create_static_person_ids?: string[];
}
