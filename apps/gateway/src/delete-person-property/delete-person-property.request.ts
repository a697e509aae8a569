import { ApiProperty } from '@nestjs/swagger';

/** What is to be removed. */
export class DeletePersonPropertyRequest {
  @ApiProperty({ minLength: 1, description: 'Key of the property.' })
  $unset!: string;
}
