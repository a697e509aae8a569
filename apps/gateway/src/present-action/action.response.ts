import { ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';
import { UserBasic } from '../present-cohort/cohort.response.js';

class ActionStepResponse {
  @ApiProperty({ description: 'Name of the event.' })
  event!: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'Conditions that all hold on the event, as sent.',
  })
  properties!: readonly unknown[];
}

/** An action as every route answers it. */
export class ActionResponse {
  @ApiProperty({ type: 'integer', description: 'The `key` of a behavioral condition whose `event_type` is `actions`.' })
  id!: number;

  @ApiProperty({ maxLength: 400 })
  name!: string;

  @ApiProperty({ maxLength: 1000 })
  description!: string;

  @ApiProperty({ type: [ActionStepResponse], description: 'An event matches the action when it matches any step.' })
  steps!: Shape<ActionStepResponse>[];

  @ApiProperty({ type: 'string', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: UserBasic, nullable: true })
  created_by!: Shape<UserBasic> | null;
}

/** A page of actions. */
export class ActionListResponse {
  @ApiProperty({ type: 'integer', description: 'Actions on all pages together.' })
  count!: number;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  next!: string | null;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  previous!: string | null;

  @ApiProperty({ type: [ActionResponse] })
  results!: Shape<ActionResponse>[];
}
