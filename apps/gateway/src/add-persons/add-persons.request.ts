import { ApiProperty } from '@nestjs/swagger';

export const MAX_PERSONS = 1000;

/** Who shall be added. */
export class AddPersonsRequest {
  @ApiProperty({
    type: 'array',
    minItems: 1,
    maxItems: MAX_PERSONS,
    items: { type: 'string', format: 'uuid' },
    description: 'Uuids of persons; unknown ones are left out as long as one is known.',
  })
  person_ids!: string[];
}
