import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

import type { Shape } from '../http/shape.js';

class FlagReasonResponse {
  @ApiProperty({ enum: ['condition_match', 'out_of_rollout_bound', 'no_condition_match'] })
  code!: string;

  @ApiProperty({ type: 'integer', nullable: true, description: 'The group that decided, from 0.' })
  condition_index!: number | null;

  @ApiProperty({ example: 'Matched condition set 1' })
  description!: string;
}

class FlagMetadataResponse {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty({ type: 'integer' })
  version!: number;

  @ApiProperty({ type: 'string', nullable: true, description: 'Always null.' })
  description!: null;

  @ApiProperty({
    nullable: true,
    oneOf: [
      { type: 'string' },
      { type: 'number' },
      { type: 'boolean' },
      { type: 'array', items: {} },
      { type: 'object', additionalProperties: true },
    ],
    description: 'Of the value, as stored: JSON as text, or a JSON value.',
  })
  payload!: unknown;
}

/** The value of a flag. */
export class FlagDetailResponse {
  @ApiProperty()
  key!: string;

  @ApiProperty()
  enabled!: boolean;

  @ApiProperty({ type: 'string', nullable: true })
  variant!: string | null;

  @ApiProperty({ type: FlagReasonResponse })
  reason!: Shape<FlagReasonResponse>;

  @ApiProperty({ type: FlagMetadataResponse })
  metadata!: Shape<FlagMetadataResponse>;
}

/**
 * The flags of one distinct id. `flags` from version 2 of /flags and 4 of /decide on, before that `featureFlags` and
 * `featureFlagPayloads`. With `config=true`, and from /decide, PostHog's settings of the browser SDK stand beside: all off.
 */
@ApiExtraModels(FlagDetailResponse)
export class FlagsResponse {
  @ApiProperty({
    description: 'True: flags are absent that could not be computed. An absent flag is unknown, not off.',
  })
  errorsWhileComputingFlags!: boolean;

  @ApiProperty({
    selfRequired: false,
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(FlagDetailResponse) },
  })
  flags?: Record<string, Shape<FlagDetailResponse>>;

  @ApiProperty({
    selfRequired: false,
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'boolean' }] },
  })
  featureFlags?: Record<string, string | boolean>;

  @ApiProperty({ selfRequired: false, type: 'object', additionalProperties: true })
  featureFlagPayloads?: Record<string, unknown>;

  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  @ApiProperty({ type: 'integer', description: 'Milliseconds since 1970.' })
  evaluatedAt!: number;
}
