import { ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';

const NOTHING_HERE = {
  type: 'array',
  items: { type: 'object', additionalProperties: true },
  description: 'Always empty.',
} as const;

class CohortReferrer {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty()
  name!: string;
}

abstract class UsesBlock {
  @ApiProperty({ type: 'integer', description: 'All of them, also those that are not listed.' })
  total!: number;

  @ApiProperty({ description: 'Whether there are more than the hundred that are listed.' })
  has_more!: boolean;
}

class CohortReferrers extends UsesBlock {
  @ApiProperty({ type: [CohortReferrer] })
  results!: Shape<CohortReferrer>[];
}

class UsingFlagResponse {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty()
  key!: string;

  @ApiProperty()
  name!: string;
}

class UsingFlags extends UsesBlock {
  @ApiProperty({ type: [UsingFlagResponse] })
  results!: Shape<UsingFlagResponse>[];
}

class NoUses extends UsesBlock {
  @ApiProperty(NOTHING_HERE)
  results!: object[];
}

/** What needs a cohort. */
export class CohortUsesResponse {
  @ApiProperty({
    type: UsingFlags,
    description: 'Flags, inactive ones too, that name the cohort or a dynamic one that leads to it.',
  })
  feature_flags!: Shape<UsingFlags>;

  @ApiProperty({ type: NoUses })
  insights!: Shape<NoUses>;

  @ApiProperty({
    type: CohortReferrers,
    description: 'Cohorts whose filters name it, not those that do so through others.',
  })
  cohorts!: Shape<CohortReferrers>;
}
