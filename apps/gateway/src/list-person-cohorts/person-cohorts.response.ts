import { ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';

/** A cohort that holds the person. */
class PersonCohortResponse {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: 'integer', description: 'How many persons it holds.' })
  count!: number;

  @ApiProperty()
  is_static!: boolean;
}

/** The cohorts that hold a person, by id. */
export class PersonCohortsResponse {
  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ type: [PersonCohortResponse] })
  results!: Shape<PersonCohortResponse>[];
}
