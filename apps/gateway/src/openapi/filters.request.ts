import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

import { BEHAVIORS, METADATA_KEYS, METADATA_OPERATORS, OPERATORS } from '#cohort-core';

const SCALAR = { oneOf: [{ type: 'string', maxLength: 400 }, { type: 'number' }, { type: 'boolean' }] };
const OPERAND = {
  required: false,
  nullable: true,
  description: 'Needed by every operator but is_set and is_not_set. A list means any of its values.',
  oneOf: [...SCALAR.oneOf, { type: 'array', maxItems: 1000, items: SCALAR }],
};
const NEGATION = { required: false, nullable: true, default: false, description: 'True: everyone who does not match.' };
const NAME = { minLength: 1, maxLength: 400 };
const AMOUNT = { required: false, nullable: true, type: 'integer', minimum: 1, maximum: 9_999 } as const;
const INTERVAL = { required: false, nullable: true, enum: ['minute', 'hour', 'day', 'week', 'month', 'year'] };
const EVENT_TYPES = ['events', 'actions'];
const EVENT_KEY = [
  { type: 'string', ...NAME },
  { type: 'integer', minimum: 1 },
];

/** A condition on one property of the person; key `distinct_id` asks for her distinct ids. */
class PersonCondition {
  @ApiProperty({ enum: ['person'] })
  type!: 'person';

  @ApiProperty({ ...NAME, example: 'email' })
  key!: string;

  @ApiProperty({ enum: Object.keys(OPERATORS), example: 'is_set' })
  operator!: string;

  @ApiProperty(OPERAND)
  value?: unknown;

  @ApiProperty(NEGATION)
  negation?: boolean;
}

/** A condition on a column of the person. */
class PersonMetadataCondition {
  @ApiProperty({ enum: ['person_metadata'] })
  type!: 'person_metadata';

  @ApiProperty({ enum: METADATA_KEYS })
  key!: string;

  @ApiProperty({ enum: METADATA_OPERATORS, example: 'is_date_after' })
  operator!: string;

  @ApiProperty({ ...OPERAND, example: '-30d' })
  value?: unknown;

  @ApiProperty(NEGATION)
  negation?: boolean;
}

/** A condition on a property of the event, or on an element of an autocaptured click. */
export class EventCondition {
  @ApiProperty({ required: false, nullable: true, enum: ['event', 'element'], default: 'event' })
  type?: 'event' | 'element';

  @ApiProperty({ ...NAME, example: 'amount', description: 'Of an element: text, tag_name or href.' })
  key!: string;

  @ApiProperty({ required: false, nullable: true, enum: Object.keys(OPERATORS), default: 'exact' })
  operator?: string;

  @ApiProperty(OPERAND)
  value?: unknown;
}

/** What the person did, or stopped doing, in a window of time. Which fields a behavior needs: docs/reference/filters.md. */
@ApiExtraModels(EventCondition)
class BehavioralCondition {
  @ApiProperty({ enum: ['behavioral'] })
  type!: 'behavioral';

  @ApiProperty({
    oneOf: EVENT_KEY,
    description: 'Name of the event, or id of the action.',
    example: 'onboarding_complete',
  })
  key!: string | number;

  @ApiProperty({ enum: Object.keys(BEHAVIORS), example: 'performed_event' })
  value!: string;

  @ApiProperty({ enum: EVENT_TYPES })
  event_type!: string;

  @ApiProperty({ ...AMOUNT, example: 30 })
  time_value?: number;

  @ApiProperty({ ...INTERVAL, example: 'day' })
  time_interval?: string;

  @ApiProperty({
    required: false,
    nullable: true,
    description: 'Start of the window instead of time_value and time_interval: a date, an instant or `-30d`.',
    example: '1998-03-01',
  })
  explicit_datetime?: string;

  @ApiProperty({
    required: false,
    nullable: true,
    description: 'End of the window that explicit_datetime starts.',
    example: '1998-03-31',
  })
  explicit_datetime_to?: string;

  @ApiProperty({
    required: false,
    nullable: true,
    enum: ['gte', 'lte', 'gt', 'lt', 'eq', 'exact'],
    description: 'How to count; default eq.',
  })
  operator?: string;

  @ApiProperty({ required: false, nullable: true, type: 'integer', minimum: 1, maximum: 1_000_000_000 })
  operator_value?: number;

  @ApiProperty({ required: false, nullable: true, oneOf: EVENT_KEY, description: 'The second event of a sequence.' })
  seq_event?: string | number;

  @ApiProperty({ required: false, nullable: true, enum: EVENT_TYPES })
  seq_event_type?: string;

  @ApiProperty(AMOUNT)
  seq_time_value?: number;

  @ApiProperty(INTERVAL)
  seq_time_interval?: string;

  @ApiProperty({ required: false, nullable: true, type: 'integer', minimum: 1, maximum: 1_000 })
  min_periods?: number;

  @ApiProperty({ required: false, nullable: true, type: 'integer', minimum: 1, maximum: 1_000 })
  total_periods?: number;

  @ApiProperty({
    required: false,
    nullable: true,
    type: [EventCondition],
    maxItems: 50,
    description: 'All hold on the same event.',
  })
  event_filters?: EventCondition[];

  @ApiProperty(NEGATION)
  negation?: boolean;
}

/** The members of another cohort of the project, as stored. */
class CohortCondition {
  @ApiProperty({ enum: ['cohort'] })
  type!: 'cohort';

  @ApiProperty({ enum: ['id'] })
  key!: 'id';

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Id of the cohort.' })
  value!: number;

  @ApiProperty(NEGATION)
  negation?: boolean;
}

/** All (AND) or any (OR) of its values: either groups or conditions, never both. */
@ApiExtraModels(PersonCondition, PersonMetadataCondition, BehavioralCondition, CohortCondition)
class FilterGroup {
  @ApiProperty({ enum: ['AND', 'OR'] })
  type!: 'AND' | 'OR';

  @ApiProperty({
    type: 'array',
    minItems: 1,
    items: {
      oneOf: [
        { $ref: getSchemaPath(PersonCondition) },
        { $ref: getSchemaPath(PersonMetadataCondition) },
        { $ref: getSchemaPath(BehavioralCondition) },
        { $ref: getSchemaPath(CohortCondition) },
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
