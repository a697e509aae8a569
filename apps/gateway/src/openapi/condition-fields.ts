import { ApiProperty } from '@nestjs/swagger';

import { OPERATORS } from '#cohort-core';

const SCALAR = { oneOf: [{ type: 'string', maxLength: 400 }, { type: 'number' }, { type: 'boolean' }] };

export const NAME = { minLength: 1, maxLength: 400 };
export const OPERATOR = { enum: Object.keys(OPERATORS) };
export const OPTIONAL_OPERATOR = { ...OPERATOR, required: false, nullable: true, default: 'exact' };
export const OPERAND = {
  required: false,
  nullable: true,
  description: 'Needed by every operator but is_set and is_not_set. A list means any of its values.',
  oneOf: [...SCALAR.oneOf, { type: 'array', maxItems: 1000, items: SCALAR }],
};
export const NEGATION = {
  required: false,
  nullable: true,
  default: false,
  description: 'True: everyone who does not match.',
};

/** The members of another cohort of the project, as stored. */
export class CohortCondition {
  @ApiProperty({ enum: ['cohort'] })
  type!: 'cohort';

  @ApiProperty({ enum: ['id'] })
  key!: 'id';

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Id of the cohort.' })
  value!: number;

  @ApiProperty(NEGATION)
  negation?: boolean;
}
