import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDateString,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

import { Message } from './message.js';

/** One message names at most this many persons: about 100 bytes each. */
export const MAX_PERSONS_PER_CHANGE_MESSAGE = 500;
const MAX_INT4 = 2_147_483_647;

/** What happened to one person in one transaction of ingestion. Absent flags mean false. */
export class ChangedPerson {
  /** The person's place in the project's bitmaps; never reused. */
  @IsInt()
  @Min(0)
  @Max(MAX_INT4)
  ordinal!: number;

  @IsUUID()
  uuid!: string;

  @IsOptional()
  @IsBoolean()
  born?: boolean;

  /** Uuid of the person she was merged into; she is gone from every cohort. */
  @IsOptional()
  @IsUUID()
  merged_into?: string;

  /** She took in another person: with her events, properties, distinct ids and the earlier birth. */
  @IsOptional()
  @IsBoolean()
  merged?: boolean;

  /** She has a distinct id more, though she was not born with it. */
  @IsOptional()
  @IsBoolean()
  distinct_ids?: boolean;

  @IsOptional()
  @IsBoolean()
  deleted?: boolean;

  /** Names of the events counted for her. */
  @IsArray()
  @IsString({ each: true })
  events!: string[];

  /** Keys of the person properties that were set, changed, unset or merged. */
  @IsArray()
  @IsString({ each: true })
  properties!: string[];
}

/** Facts about persons of one block changed; its Kafka key is `project:block`. */
export class PersonChanged extends Message {
  @IsInt()
  @Min(1)
  @Max(MAX_INT4)
  project_id!: number;

  /** `ordinal >> 16`. */
  @IsInt()
  @Min(0)
  @Max(MAX_INT4)
  block!: number;

  @IsDateString()
  at!: string;

  @IsArray()
  @ArrayMaxSize(MAX_PERSONS_PER_CHANGE_MESSAGE)
  @ValidateNested({ each: true })
  @Type(() => ChangedPerson)
  persons!: ChangedPerson[];
}
