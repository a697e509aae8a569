import { ApiProperty } from '@nestjs/swagger';

import { EventCondition } from '../openapi/filters.request.js';

class ActionStepRequest {
  @ApiProperty({ minLength: 1, maxLength: 400, example: 'purchase' })
  event!: string;

  @ApiProperty({
    required: false,
    nullable: true,
    type: [EventCondition],
    maxItems: 50,
    description: 'Conditions that all hold on the event.',
  })
  properties?: EventCondition[];
}

/** The body of a create. Unknown keys of the body are ignored, unknown keys of a step refused: they would change its meaning. */
export class CreateActionRequest {
  @ApiProperty({ minLength: 1, maxLength: 400, example: 'Bought something large' })
  name!: string;

  @ApiProperty({ required: false, maxLength: 1000, default: '' })
  description?: string;

  @ApiProperty({ type: [ActionStepRequest], minItems: 1, maxItems: 50 })
  steps!: ActionStepRequest[];
}
