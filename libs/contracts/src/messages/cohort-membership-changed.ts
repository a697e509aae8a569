import { ArrayMaxSize, IsArray, IsDateString, IsIn, IsInt, IsUUID, Min } from 'class-validator';

import { CohortMessage } from './cohort-message.js';

/** At most this many person uuids a message, so that it stays far below Kafka's default limit of 1 MB. */
export const MAX_UUIDS_PER_MEMBERSHIP_MESSAGE = 1000;

export const MEMBERSHIP_REASONS = ['calculation', 'change', 'time', 'import', 'api', 'merge', 'deletion'] as const;
export type MembershipReason = (typeof MEMBERSHIP_REASONS)[number];

/**
 * Persons entered or left a cohort. A consumer keeps, for each cohort and chunk, the last `revision` it applied whole
 * and applies only what is above it: a message delivered twice changes nothing.
 */
export class CohortMembershipChanged extends CohortMessage {
  @IsInt()
  @Min(0)
  version!: number;

  /** The block of persons that changed. */
  @IsInt()
  @Min(0)
  chunk!: number;

  /** The change number of this chunk; runs on through versions. */
  @IsInt()
  @Min(1)
  revision!: number;

  /** From 1 to `parts`: a large change is told in several messages of one revision. */
  @IsInt()
  @Min(1)
  part!: number;

  @IsInt()
  @Min(1)
  parts!: number;

  @IsIn(MEMBERSHIP_REASONS)
  reason!: MembershipReason;

  @IsDateString()
  at!: string;

  @IsArray()
  @ArrayMaxSize(MAX_UUIDS_PER_MEMBERSHIP_MESSAGE)
  @IsUUID(undefined, { each: true })
  entered!: string[];

  @IsArray()
  @ArrayMaxSize(MAX_UUIDS_PER_MEMBERSHIP_MESSAGE)
  @IsUUID(undefined, { each: true })
  left!: string[];
}
