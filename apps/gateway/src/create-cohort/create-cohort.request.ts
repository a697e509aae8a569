import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

import { OPERATORS } from '#cohort-core';

/** A condition on one property of the person. */
class PersonCondition {
  @ApiProperty({ enum: ['person'] })
  type!: 'person';

  @ApiProperty({ minLength: 1, maxLength: 400, example: 'email' })
  key!: string;

  @ApiProperty({ enum: Object.keys(OPERATORS), example: 'is_set' })
  operator!: string;

  @ApiProperty({
    required: false,
    nullable: true,
    description: 'Needed by every operator but is_set and is_not_set. A list means any of its values.',
    oneOf: [
      { type: 'string', maxLength: 400 },
      { type: 'number' },
      { type: 'boolean' },
      {
        type: 'array',
        maxItems: 1000,
        items: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
      },
    ],
  })
  value?: unknown;

  @ApiProperty({ required: false, default: false, description: 'True: everyone who does not match.' })
  negation?: boolean;
}

/** The person did an event at least once in a window of time. */
class PerformedEventCondition {
  @ApiProperty({ enum: ['behavioral'] })
  type!: 'behavioral';

  @ApiProperty({ minLength: 1, maxLength: 400, description: 'Name of the event.', example: 'onboarding_complete' })
  key!: string;

  @ApiProperty({ enum: ['performed_event'] })
  value!: 'performed_event';

  @ApiProperty({ enum: ['events'] })
  event_type!: 'events';

  @ApiProperty({ required: false, type: 'integer', minimum: 1, example: 30 })
  time_value?: number;

  @ApiProperty({ required: false, enum: ['minute', 'hour', 'day', 'week', 'month', 'year'] })
  time_interval?: string;

  @ApiProperty({
    required: false,
    description: 'Start of the window instead of time_value and time_interval: a date, an instant or `-30d`.',
    example: '1998-03-01',
  })
  explicit_datetime?: string;

  @ApiProperty({
    required: false,
    description: 'End of the window that explicit_datetime starts.',
    example: '1998-03-31',
  })
  explicit_datetime_to?: string;

  @ApiProperty({ required: false, default: false })
  negation?: boolean;
}

/** All (AND) or any (OR) of its values: either groups or conditions, never both. */
@ApiExtraModels(PersonCondition, PerformedEventCondition)
export class FilterGroup {
  @ApiProperty({ enum: ['AND', 'OR'] })
  type!: 'AND' | 'OR';

  @ApiProperty({
    type: 'array',
    minItems: 1,
    items: {
      oneOf: [
        { $ref: getSchemaPath(PersonCondition) },
        { $ref: getSchemaPath(PerformedEventCondition) },
        { $ref: getSchemaPath('FilterGroup') },
      ],
    },
  })
  values!: unknown[];
}

/** Who belongs to the cohort. */
export class CohortFiltersRequest {
  @ApiProperty({ type: FilterGroup })
  properties!: FilterGroup;
}

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
