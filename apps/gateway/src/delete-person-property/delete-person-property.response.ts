import { ApiProperty } from '@nestjs/swagger';

/** The brokers have it. */
export class PersonPropertyDeletedResponse {
  @ApiProperty({ enum: [true] })
  success!: true;
}
