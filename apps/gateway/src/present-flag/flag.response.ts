import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';
import { UserBasic } from '../present-cohort/cohort.response.js';
import { FlagFiltersRequest } from './flag-filters.request.js';

/** A feature flag as every route answers it. */
@ApiExtraModels(FlagFiltersRequest)
export class FlagResponse {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty({ maxLength: 400, description: 'What clients ask for.' })
  key!: string;

  @ApiProperty({ description: 'What it is for.' })
  name!: string;

  @ApiProperty({ type: FlagFiltersRequest, description: 'As sent; ids of cohorts are integers.' })
  filters!: object;

  @ApiProperty({ description: 'False: clients do not hear of it.' })
  active!: boolean;

  @ApiProperty()
  deleted!: boolean;

  @ApiProperty({ type: 'integer', description: 'Counts the edits, from 1.' })
  version!: number;

  @ApiProperty({ description: 'Whether it has one group, and that no conditions.' })
  is_simple_flag!: boolean;

  @ApiProperty({ type: 'number', nullable: true, description: 'Of a simple flag.' })
  rollout_percentage!: number | null;

  @ApiProperty({ description: 'Always false: the distinct id that asks is the one that is hashed.' })
  ensure_experience_continuity!: boolean;

  @ApiProperty({ type: 'array', items: { type: 'integer' }, description: 'Always empty.' })
  experiment_set!: readonly number[];

  @ApiProperty({ type: 'array', items: { type: 'string' }, description: 'Always empty.' })
  tags!: readonly string[];

  @ApiProperty({ type: 'string', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: 'string', format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ type: UserBasic, nullable: true })
  created_by!: Shape<UserBasic> | null;
}

/** A page of feature flags. */
export class FlagListResponse {
  @ApiProperty({ type: 'integer', description: 'Flags on all pages together.' })
  count!: number;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  next!: string | null;

  @ApiProperty({ type: 'string', format: 'uri', nullable: true })
  previous!: string | null;

  @ApiProperty({ type: [FlagResponse] })
  results!: Shape<FlagResponse>[];
}
