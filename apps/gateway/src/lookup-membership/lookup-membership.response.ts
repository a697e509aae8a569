import { ApiProperty } from '@nestjs/swagger';

/** Which cohorts hold each person. */
export class MembershipLookupResponse {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'integer' } },
    example: { 'user-1': [3, 17], nobody: [] },
    description:
      'Of every distinct id the ids of the cohorts that hold its person, ascending; none for a distinct id of nobody.',
  })
  results!: Record<string, readonly number[]>;
}
