import { ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';

const ANY_VALUE = {
  nullable: true,
  description: 'The value of the field, whatever its type.',
  oneOf: [
    { type: 'string' },
    { type: 'boolean' },
    { type: 'object', additionalProperties: true },
    { type: 'array', items: { type: 'object', additionalProperties: true } },
  ],
};

class CohortActivityUser {
  @ApiProperty()
  first_name!: string;

  @ApiProperty()
  email!: string;
}

class CohortActivityChange {
  @ApiProperty({ enum: ['Cohort'] })
  type!: 'Cohort';

  @ApiProperty({ enum: ['changed'] })
  action!: 'changed';

  @ApiProperty({ example: 'name' })
  field!: string;

  @ApiProperty(ANY_VALUE)
  before!: unknown;

  @ApiProperty(ANY_VALUE)
  after!: unknown;
}

class CohortActivityDetail {
  @ApiProperty({ description: 'The name of the cohort at that time.' })
  name!: string;

  @ApiProperty({ type: [CohortActivityChange], nullable: true })
  changes!: Shape<CohortActivityChange>[] | null;

  @ApiProperty({ type: 'string', nullable: true, description: 'Always null.' })
  trigger!: null;

  @ApiProperty({ type: 'string', nullable: true, description: 'Always null.' })
  short_id!: null;

  @ApiProperty({ type: 'string', nullable: true, description: 'Always null.' })
  type!: null;
}

/** Somebody did something to a cohort. */
export class CohortActivityResponse {
  @ApiProperty({ type: CohortActivityUser, nullable: true })
  user!: Shape<CohortActivityUser> | null;

  @ApiProperty({ example: 'updated' })
  activity!: string;

  @ApiProperty({ enum: ['Cohort'] })
  scope!: 'Cohort';

  @ApiProperty({ example: '7' })
  item_id!: string;

  @ApiProperty({ type: CohortActivityDetail })
  detail!: Shape<CohortActivityDetail>;

  @ApiProperty({ type: 'string', format: 'date-time' })
  created_at!: string;
}

/** A page of activity, newest first. */
export class CohortActivityListResponse {
  @ApiProperty({ type: [CohortActivityResponse] })
  results!: Shape<CohortActivityResponse>[];

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  next!: string | null;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  previous!: string | null;

  @ApiProperty({ type: 'integer' })
  total_count!: number;
}
