import { ApiProperty } from '@nestjs/swagger';

import type { ErrorEnvelope } from '../http/api-error.js';

const TYPES = ['validation_error', 'authentication_error', 'invalid_request', 'server_error'];

/** How every refusal looks. */
export class ErrorResponse implements ErrorEnvelope {
  @ApiProperty({ enum: TYPES })
  type!: string;

  @ApiProperty({ example: 'required' })
  code!: string;

  @ApiProperty({ example: 'This field is required.' })
  detail!: string;

  @ApiProperty({ type: 'string', nullable: true, example: 'name', description: 'The field at fault.' })
  attr!: string | null;
}
