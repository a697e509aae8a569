import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

import { CohortCondition, NAME, NEGATION, OPERAND, OPTIONAL_OPERATOR } from '../openapi/condition-fields.js';

/** A condition on one property of the person, as stored or as sent with the question; key `distinct_id` asks for her distinct ids. */
class FlagPersonCondition {
  @ApiProperty({ enum: ['person'] })
  type!: 'person';

  @ApiProperty({ ...NAME, example: 'email' })
  key!: string;

  @ApiProperty(OPTIONAL_OPERATOR)
  operator?: string;

  @ApiProperty(OPERAND)
  value?: unknown;

  @ApiProperty(NEGATION)
  negation?: boolean;
}

/** Whether the person is in a cohort at the moment of the question. */
class FlagCohortCondition extends CohortCondition {
  @ApiProperty({ required: false, nullable: true, enum: ['in', 'exact', 'not_in'], default: 'in' })
  operator?: string;
}

@ApiExtraModels(FlagPersonCondition, FlagCohortCondition)
class FlagGroup {
  @ApiProperty({
    required: false,
    nullable: true,
    type: 'array',
    maxItems: 100,
    items: { oneOf: [{ $ref: getSchemaPath(FlagPersonCondition) }, { $ref: getSchemaPath(FlagCohortCondition) }] },
    description: 'All hold. None: everybody.',
  })
  properties?: unknown[];

  @ApiProperty({
    required: false,
    nullable: true,
    type: 'number',
    minimum: 0,
    maximum: 100,
    description: 'How many of those who meet the conditions get the flag; null means all.',
  })
  rollout_percentage?: number;

  @ApiProperty({ required: false, nullable: true, type: 'string', description: 'Key of the variant that they get.' })
  variant?: string;
}

class FlagVariant {
  @ApiProperty({ ...NAME, example: 'control' })
  key!: string;

  @ApiProperty({ required: false, nullable: true, type: 'string' })
  name?: string;

  @ApiProperty({
    required: false,
    nullable: true,
    type: 'number',
    minimum: 0,
    maximum: 100,
    default: 0,
    description: 'All together 100.',
  })
  rollout_percentage?: number;
}

class FlagVariants {
  @ApiProperty({ required: false, nullable: true, type: [FlagVariant], maxItems: 100, description: 'None: on or off.' })
  variants?: FlagVariant[];
}

/** Who gets a flag: whoever meets any of its groups. */
export class FlagFiltersRequest {
  @ApiProperty({ type: [FlagGroup], maxItems: 100 })
  groups!: FlagGroup[];

  @ApiProperty({ required: false, nullable: true, type: FlagVariants })
  multivariate?: FlagVariants;

  @ApiProperty({
    selfRequired: false,
    nullable: true,
    type: 'object',
    additionalProperties: true,
    example: { true: '{"colour": "blue"}' },
    description: 'By variant, or by `true` for a flag without variants: JSON that clients get beside the value.',
  })
  payloads?: object;
}
