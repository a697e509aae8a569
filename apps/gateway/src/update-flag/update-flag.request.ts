import { ApiProperty, PartialType } from '@nestjs/swagger';

import { CreateFlagRequest } from '../create-flag/create-flag.request.js';

/** The body of an edit. Fields that are absent keep their value; a whole flag may be sent back. */
export class UpdateFlagRequest extends PartialType(CreateFlagRequest) {
  @ApiProperty({ required: false, description: 'True deletes, false restores.' })
  deleted?: boolean;
}
