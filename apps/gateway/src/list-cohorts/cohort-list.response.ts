import { ApiProperty, IntersectionType, OmitType, PartialType, PickType } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';
import { CohortResponse } from '../present-cohort/cohort.response.js';
import type { SearchMatch } from './find-cohorts.js';

/** What a basic row leaves out. */
export const NOT_BASIC = ['filters', 'query', 'groups'] as const;

/** A cohort in a list. */
export class ListedCohortResponse extends IntersectionType(
  OmitType(CohortResponse, NOT_BASIC),
  PartialType(PickType(CohortResponse, NOT_BASIC)),
) {
  @ApiProperty({
    required: false,
    enum: ['exact', 'similar'],
    description: 'Only in a search: whether the name contains the term.',
  })
  search_match_type?: SearchMatch;
}

/** A page of cohorts. */
export class CohortListResponse {
  @ApiProperty({ type: 'integer', description: 'Cohorts on all pages together.' })
  count!: number;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  next!: string | null;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  previous!: string | null;

  @ApiProperty({ type: [ListedCohortResponse] })
  results!: Shape<ListedCohortResponse>[];
}
