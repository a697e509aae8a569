import { ApiProperty } from '@nestjs/swagger';

import { COHORT_TYPES, type CohortType } from '#contracts';

import type { Shape } from '../http/shape.js';

/** The user who created a cohort. */
export class UserBasic {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  distinct_id!: string;

  @ApiProperty()
  first_name!: string;

  @ApiProperty()
  last_name!: string;

  @ApiProperty()
  email!: string;

  @ApiProperty()
  is_email_verified!: boolean;
}

/** Which kinds of conditions the filters hold. */
class ConditionTypeResponse {
  @ApiProperty()
  person_properties!: boolean;

  @ApiProperty()
  behavioral!: boolean;

  @ApiProperty()
  lifecycle!: boolean;

  @ApiProperty()
  cohorts!: boolean;
}

const INSTANT = { type: 'string', format: 'date-time' } as const;

/** How far the newest calculation of a cohort has come. */
export class CalculationResponse {
  @ApiProperty({ enum: ['waiting', 'reading', 'evaluating', 'publishing'] })
  phase!: string;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, description: 'Per cent.' })
  progress!: number;

  @ApiProperty({ ...INSTANT, nullable: true })
  started_at!: string | null;

  @ApiProperty({ type: 'integer', description: '0 before the first attempt.' })
  attempt!: number;

  @ApiProperty({ type: 'string', nullable: true, description: 'Why the attempt before this one failed.' })
  error!: string | null;
}

/** A cohort as every route answers it. */
export class CohortResponse {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty({ maxLength: 400 })
  name!: string;

  @ApiProperty({ maxLength: 1000 })
  description!: string;

  @ApiProperty({ type: 'array', items: { type: 'object' }, description: 'Legacy form of filters, normalised.' })
  groups!: readonly unknown[];

  @ApiProperty()
  deleted!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'As sent, normalised: `{"properties": {}}` for a cohort without criteria.',
  })
  filters!: Record<string, unknown>;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  query!: Record<string, unknown> | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'The version that members and count belong to.' })
  version!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'The newest version asked for.' })
  pending_version!: number | null;

  @ApiProperty()
  is_calculating!: boolean;

  @ApiProperty({ type: UserBasic, nullable: true })
  created_by!: Shape<UserBasic> | null;

  @ApiProperty(INSTANT)
  created_at!: string;

  @ApiProperty({ ...INSTANT, nullable: true })
  last_calculation!: string | null;

  @ApiProperty({ ...INSTANT, nullable: true })
  last_backfill_person_properties_at!: string | null;

  @ApiProperty({ type: 'integer', description: 'Failed calculations in a row.' })
  errors_calculating!: number;

  @ApiProperty({ type: 'string', nullable: true })
  last_error_message!: string | null;

  @ApiProperty({ type: 'integer', description: 'Members of `version`; 0 before the first calculation.' })
  count!: number;

  @ApiProperty({ type: 'integer', nullable: true })
  last_import_total_count!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  last_import_unmatched_count!: number | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'Always null.' })
  population!: null;

  @ApiProperty()
  is_static!: boolean;

  @ApiProperty({ type: 'string', enum: COHORT_TYPES, nullable: true })
  cohort_type!: CohortType | null;

  @ApiProperty({ type: ConditionTypeResponse, nullable: true })
  condition_type!: Record<string, boolean> | null;

  @ApiProperty({ type: 'array', items: { type: 'integer' }, description: 'Always empty.' })
  experiment_set!: readonly number[];

  @ApiProperty({
    description:
      'Whether Muster keeps the members fresh between calculations: every dynamic cohort that is not deleted, also while it waits for its ' +
      'first version; not one whose live evaluation failed (`last_error_message` says why, its next calculation brings it back), nor one ' +
      'that is frozen because it is too large.',
  })
  is_live!: boolean;

  @ApiProperty({
    description:
      'It would hold more persons than a cohort that flags may use can hold. Its members stay as they were and its cohort_type is null until a ' +
      'calculation fits again.',
  })
  limit_exceeded!: boolean;

  @ApiProperty({ type: CalculationResponse, nullable: true, description: 'Null unless is_calculating.' })
  calculation!: Shape<CalculationResponse> | null;
}
