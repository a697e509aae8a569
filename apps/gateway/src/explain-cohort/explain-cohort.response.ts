import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';

const INSTANT = { type: 'string', format: 'date-time' } as const;
const ANY_JSON = [
  { type: 'string' },
  { type: 'number' },
  { type: 'boolean' },
  { type: 'array', items: {} },
  { type: 'object', additionalProperties: true },
];

/** Of a condition on a property or on created_at. */
class ValueEvidence {
  @ApiProperty({ nullable: true, description: 'Any JSON value, as stored.', oneOf: ANY_JSON })
  value!: unknown;

  @ApiProperty({ description: 'False: the person has no such property.' })
  is_there!: boolean;
}

/** Of a condition on distinct ids. */
class DistinctIdsEvidence {
  @ApiProperty({ type: [String], maxItems: 100 })
  distinct_ids!: readonly string[];

  @ApiProperty({ type: 'integer' })
  total!: number;
}

/** Of a reference to another cohort. */
class ReferenceEvidence {
  @ApiProperty({ type: 'integer' })
  cohort_id!: number;

  @ApiProperty()
  name!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The version that was asked; null: none is calculated yet.',
  })
  version!: number | null;

  @ApiProperty()
  is_member!: boolean;
}

/** A time from `from` up to, and without, `to`. */
export class TimeSpan {
  @ApiProperty(INSTANT)
  from!: string;

  @ApiProperty(INSTANT)
  to!: string;
}

class DecidingEvent {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  event!: string;

  @ApiProperty(INSTANT)
  timestamp!: string;
}

/** Of a behavioral condition. */
class BehaviorEvidence {
  @ApiProperty({ ...INSTANT, description: 'Start of the window.' })
  from!: string;

  @ApiProperty({ ...INSTANT, description: 'End of the window, not inside it.' })
  to!: string;

  @ApiProperty({ type: 'integer', description: 'Matching events in the window; of a sequence, its first event.' })
  count!: number;

  @ApiProperty({ ...INSTANT, nullable: true })
  first!: string | null;

  @ApiProperty({ ...INSTANT, nullable: true })
  last!: string | null;

  @ApiProperty({
    type: [DecidingEvent],
    maxItems: 3,
    description: 'The events that decided; of a first time, the first ever.',
  })
  events!: readonly DecidingEvent[];

  @ApiProperty({
    type: TimeSpan,
    required: false,
    description: 'Of stopped and restarted: the shorter, recent window.',
  })
  recent?: TimeSpan;

  @ApiProperty({ type: TimeSpan, required: false, description: 'Of restarted: where nothing may have happened.' })
  quiet?: TimeSpan;
}

/** A condition as stored, with all of its fields, and why it holds or not. */
@ApiExtraModels(ValueEvidence, DistinctIdsEvidence, ReferenceEvidence, BehaviorEvidence)
export class CohortExplanationLeaf {
  [field: string]: unknown;

  @ApiProperty({ example: 'filters__properties__values__0' })
  path!: string;

  @ApiProperty({ enum: ['person', 'person_metadata', 'behavioral', 'cohort'] })
  type!: string;

  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'integer' }] })
  key!: unknown;

  @ApiProperty()
  negation!: boolean;

  @ApiProperty({ description: 'Negation applied.' })
  matched!: boolean;

  @ApiProperty({
    oneOf: [
      { $ref: getSchemaPath(BehaviorEvidence) },
      { $ref: getSchemaPath(ValueEvidence) },
      { $ref: getSchemaPath(DistinctIdsEvidence) },
      { $ref: getSchemaPath(ReferenceEvidence) },
    ],
  })
  evidence!: unknown;

  @ApiProperty({
    ...INSTANT,
    nullable: true,
    description: 'The next instant at which time alone, without a new event or property, changes `matched`.',
  })
  until!: string | null;

  @ApiProperty({
    ...INSTANT,
    nullable: true,
    description:
      'How far ahead was looked for `until`: ten years, less where that took too long; null: time alone never changes it.',
  })
  until_searched_to!: string | null;
}

/** All (AND) or any (OR) of its values. */
@ApiExtraModels(CohortExplanationLeaf)
export class CohortExplanationGroup {
  @ApiProperty({ enum: ['AND', 'OR'] })
  type!: 'AND' | 'OR';

  @ApiProperty()
  matched!: boolean;

  @ApiProperty({
    type: 'array',
    items: {
      oneOf: [{ $ref: getSchemaPath('CohortExplanationGroup') }, { $ref: getSchemaPath(CohortExplanationLeaf) }],
    },
  })
  values!: readonly unknown[];
}

/** Why a person belongs to a cohort, or not, by its definition and her facts of this moment. */
export class CohortExplanationResponse {
  @ApiProperty({ format: 'uuid' })
  person!: string;

  @ApiProperty(INSTANT)
  at!: string;

  @ApiProperty()
  matched!: boolean;

  @ApiProperty({ type: CohortExplanationGroup, nullable: true, description: 'Null: a cohort without criteria.' })
  tree!: Shape<CohortExplanationGroup> | null;
}
