import { IsInt, IsOptional, Min } from 'class-validator';

import { Message } from './message.js';

/** A message about one feature flag; its Kafka key is `project:flag`, so that all news of a flag arrive in order. */
export abstract class FlagMessage extends Message {
  @IsInt()
  @Min(1)
  project_id!: number;

  @IsInt()
  @Min(1)
  flag_id!: number;

  /** Counts the edits of the flag, from 1. */
  @IsInt()
  @Min(1)
  version!: number;

  /** The user who did it; null for Muster itself. */
  @IsOptional()
  @IsInt()
  by_id!: number | null;
}
