import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';

import { CreateCohortRequest } from '../create-cohort/create-cohort.request.js';

/**
 * The body of an edit. Fields that are absent keep their value; read-only and unknown keys are ignored, so that a whole cohort may
 * be sent back.
 */
export class UpdateCohortRequest extends PartialType(
  OmitType(CreateCohortRequest, ['_create_static_person_ids'] as const),
) {
  @ApiProperty({ required: false, description: 'True deletes: everybody leaves. False restores.' })
  deleted?: boolean;
}
