import { ApiProperty } from '@nestjs/swagger';

/** The change is made, or there was nothing to change. */
export class CohortMembersChangedResponse {
  @ApiProperty({ enum: [true] })
  success!: true;
}
