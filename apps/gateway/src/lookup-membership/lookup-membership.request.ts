import { ApiProperty } from '@nestjs/swagger';

export const MAX_DISTINCT_IDS = 1000;
export const MAX_COHORT_IDS = 10_000;

/** Whose cohorts are asked for. */
export class LookupMembershipRequest {
  @ApiProperty({ type: [String], minItems: 1, maxItems: MAX_DISTINCT_IDS })
  distinct_ids!: string[];

  @ApiProperty({
    required: false,
    type: 'array',
    maxItems: MAX_COHORT_IDS,
    items: { type: 'integer', minimum: 1 },
    description: 'Only these cohorts; absent: all.',
  })
  cohort_ids?: number[];
}
