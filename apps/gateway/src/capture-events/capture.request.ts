import { ApiProperty } from '@nestjs/swagger';

const JSON_OBJECT = { type: 'object', additionalProperties: true } as const;

/** One event. */
export class CaptureEvent {
  @ApiProperty({ minLength: 1, maxLength: 200, example: 'purchased' })
  event!: string;

  @ApiProperty({ minLength: 1, maxLength: 400, example: 'user-1', description: 'May stand in properties as well.' })
  distinct_id!: string;

  @ApiProperty({
    selfRequired: false,
    ...JSON_OBJECT,
    description: '$set, $set_once and $unset may stand here or beside.',
  })
  properties?: object;

  @ApiProperty({ required: false, type: 'string', format: 'date-time', description: 'Absent: the time of receipt.' })
  timestamp?: string;

  @ApiProperty({ required: false, format: 'uuid', description: 'An event counts once by it, within 30 days.' })
  uuid?: string;

  @ApiProperty({
    required: false,
    type: 'number',
    description: 'Milliseconds since it happened; instead of timestamp.',
  })
  offset?: number;

  @ApiProperty({ selfRequired: false, ...JSON_OBJECT })
  $set?: object;

  @ApiProperty({ selfRequired: false, ...JSON_OBJECT })
  $set_once?: object;

  @ApiProperty({ required: false, type: [String] })
  $unset?: string[];
}

/** One event with the token of its project. */
export class CaptureSingle extends CaptureEvent {
  @ApiProperty({ description: 'Token of the project, `phc_...`; `token` and `properties.token` are read too.' })
  api_key!: string;

  @ApiProperty({ required: false, type: 'string', format: 'date-time', description: "Corrects the sender's clock." })
  sent_at?: string;
}

/** Many events of one project. */
export class CaptureBatch {
  @ApiProperty({ description: 'Token of the project, `phc_...`.' })
  api_key!: string;

  @ApiProperty({ type: [CaptureEvent], minItems: 1, maxItems: 20_000 })
  batch!: CaptureEvent[];

  @ApiProperty({ required: false, type: 'string', format: 'date-time', description: "Corrects the sender's clock." })
  sent_at?: string;
}
