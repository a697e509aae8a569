import { ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';

/** An event of a batch that did not go in. */
export class DroppedEvent {
  @ApiProperty({ type: 'integer', description: 'Its place in the batch, from 0.' })
  index!: number;

  @ApiProperty({ example: 'illegal_distinct_id' })
  reason!: string;
}

/** The brokers have the accepted events. */
export class CaptureResponse {
  @ApiProperty({ enum: ['Ok'] })
  status!: 'Ok';

  @ApiProperty({ type: 'integer' })
  accepted!: number;

  @ApiProperty({ type: 'integer' })
  dropped_count!: number;

  @ApiProperty({ type: [DroppedEvent], maxItems: 100, description: 'The first hundred.' })
  dropped!: Shape<DroppedEvent>[];
}
