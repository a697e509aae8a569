import { ApiProperty } from '@nestjs/swagger';

/** What is to be set. */
export class UpdatePersonRequest {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'These are set; others stay as they are.' })
  properties!: Record<string, unknown>;
}
