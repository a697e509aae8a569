import { ApiProperty } from '@nestjs/swagger';

import { FlagFiltersRequest } from '../present-flag/flag-filters.request.js';

/** The body of a create. Read-only and unknown keys are ignored; unknown keys of the filters are refused: they would change their meaning. */
export class CreateFlagRequest {
  @ApiProperty({ minLength: 1, maxLength: 400, pattern: '^[a-zA-Z0-9_-]+$', example: 'new-checkout' })
  key!: string;

  @ApiProperty({ required: false, maxLength: 1000, default: '', description: 'What it is for.' })
  name?: string;

  @ApiProperty({ required: false, default: true })
  active?: boolean;

  @ApiProperty({ required: false, type: FlagFiltersRequest, description: 'Absent: everybody gets it.' })
  filters?: FlagFiltersRequest;
}
