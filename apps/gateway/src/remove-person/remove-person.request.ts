import { ApiProperty } from '@nestjs/swagger';

/** Who shall be removed. */
export class RemovePersonRequest {
  @ApiProperty({ format: 'uuid', description: 'A person of the project; nothing happens when she is no member.' })
  person_id!: string;
}
