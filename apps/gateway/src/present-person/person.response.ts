import { ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';

const INSTANT = { type: 'string', format: 'date-time' } as const;

/** A person as every route answers one. */
export class PersonResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'uuid', description: 'The same as id.' })
  uuid!: string;

  @ApiProperty({ enum: ['person'] })
  type!: 'person';

  @ApiProperty({ description: 'Email, name or username, else a distinct id.' })
  name!: string;

  @ApiProperty({ type: [String], maxItems: 10, description: 'At most ten.' })
  distinct_ids!: string[];

  @ApiProperty({ type: 'object', additionalProperties: true })
  properties!: Record<string, unknown>;

  @ApiProperty(INSTANT)
  created_at!: string;

  @ApiProperty({ ...INSTANT, nullable: true, description: 'Always null.' })
  last_seen_at!: null;

  @ApiProperty()
  is_identified!: boolean;

  @ApiProperty({ type: 'array', items: { type: 'object' }, description: 'Always empty.' })
  matched_recordings!: readonly object[];

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'Always null.' })
  value_at_data_point!: null;
}

/** A page of persons; there is no count. */
export class PersonPageResponse {
  @ApiProperty({ type: [PersonResponse] })
  results!: Shape<PersonResponse>[];

  @ApiProperty({
    type: 'string',
    format: 'uri',
    nullable: true,
    description: 'Set whenever this page is full, so that the last page may be empty.',
  })
  next!: string | null;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  previous!: string | null;
}
