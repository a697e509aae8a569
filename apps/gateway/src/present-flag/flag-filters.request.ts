import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

import { OPERATORS } from '#cohort-core';

const SCALAR = { oneOf: [{ type: 'string', maxLength: 400 }, { type: 'number' }, { type: 'boolean' }] };
const NEGATION = { required: false, nullable: true, default: false, description: 'True: whoever does not match.' };

/** A condition on one property of the person, as stored or as sent with the question; key `distinct_id` asks for her distinct ids. */
class FlagPersonCondition {
  @ApiProperty({ enum: ['person'] })
  type!: 'person';

  @ApiProperty({ minLength: 1, maxLength: 400, example: 'email' })
  key!: string;

  @ApiProperty({ required: false, nullable: true, enum: Object.keys(OPERATORS), default: 'exact' })
  operator?: string;

  @ApiProperty({
    required: false,
    nullable: true,
    description: 'Needed by every operator but is_set and is_not_set. A list means any of its values.',
    oneOf: [...SCALAR.oneOf, { type: 'array', maxItems: 1000, items: SCALAR }],
  })
  value?: unknown;

  @ApiProperty(NEGATION)
  negation?: boolean;
}

/** Whether the person is in a cohort at the moment of the question. */
class FlagCohortCondition {
  @ApiProperty({ enum: ['cohort'] })
  type!: 'cohort';

  @ApiProperty({ enum: ['id'] })
  key!: 'id';

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Id of the cohort.' })
  value!: number;

  @ApiProperty({ required: false, nullable: true, enum: ['in', 'exact', 'not_in'], default: 'in' })
  operator?: string;

  @ApiProperty(NEGATION)
  negation?: boolean;
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
  @ApiProperty({ minLength: 1, maxLength: 400, example: 'control' })
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
