import { ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';
import { PersonResponse } from '../present-person/person.response.js';

/** One condition of the filters, and how many match it. */
class CohortPreviewLeaf {
  @ApiProperty({ example: 'filters__properties__values__0', description: 'Where it stands in the request.' })
  path!: string;

  @ApiProperty({ type: 'integer', description: 'Persons who match this condition alone, its negation applied.' })
  count!: number;
}

/** Who would be in the cohort. */
export class CohortPreviewResponse {
  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ type: [PersonResponse], description: 'Some of the members, newest first.' })
  sample!: Shape<PersonResponse>[];

  @ApiProperty({ type: [CohortPreviewLeaf], description: 'The conditions in order of reading.' })
  leaves!: Shape<CohortPreviewLeaf>[];

  @ApiProperty({ description: 'What the answer took inside the service.' })
  duration_ms!: number;

  @ApiProperty({ type: 'string', format: 'date-time', description: 'The instant that the answer is of.' })
  at!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'What `as_of` moves and what it does not; null without it.',
  })
  note!: string | null;
}
