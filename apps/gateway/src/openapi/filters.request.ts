import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

import { METADATA_KEYS, METADATA_OPERATORS } from '#cohort-core';

import { behavioralSchemas } from './behavioral-schemas.js';
import { CohortCondition, NAME, NEGATION, OPERAND, OPERATOR, OPTIONAL_OPERATOR } from './condition-fields.js';

/** A condition on one property of the person; key `distinct_id` asks for her distinct ids. */
class PersonCondition {
  @ApiProperty({ enum: ['person'] })
  type!: 'person';

  @ApiProperty({ ...NAME, example: 'email' })
  key!: string;

  @ApiProperty({ ...OPERATOR, example: 'is_set' })
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

  @ApiProperty(OPTIONAL_OPERATOR)
  operator?: string;

  @ApiProperty(OPERAND)
  value?: unknown;
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
@ApiExtraModels(FilterGroup)
export class CohortFiltersRequest {
  @ApiProperty({
    oneOf: [{ $ref: getSchemaPath(FilterGroup) }, { type: 'object', maxProperties: 0 }],
    description:
      'Empty, as a cohort without criteria answers it, only for a static cohort and where an edit sends back what is there.',
  })
  properties!: FilterGroup | Record<string, never>;
}
