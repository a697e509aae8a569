import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

import { METADATA_KEYS, METADATA_OPERATORS, OPERATORS } from '#cohort-core';

import { behavioralSchemas } from './behavioral-schemas.js';

const SCALAR = { oneOf: [{ type: 'string', maxLength: 400 }, { type: 'number' }, { type: 'boolean' }] };
const OPERAND = {
  required: false,
  nullable: true,
  description: 'Needed by every operator but is_set and is_not_set. A list means any of its values.',
  oneOf: [...SCALAR.oneOf, { type: 'array', maxItems: 1000, items: SCALAR }],
};
const NEGATION = { required: false, nullable: true, default: false, description: 'True: everyone who does not match.' };
const NAME = { minLength: 1, maxLength: 400 };
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
@ApiExtraModels(PersonCondition, PersonMetadataCondition, EventCondition, CohortCondition)
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
        ...behavioralSchemas(getSchemaPath(EventCondition)),
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
