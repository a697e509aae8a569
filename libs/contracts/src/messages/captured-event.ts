import {
  IsBoolean,
  IsDateString,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  Min,
} from 'class-validator';

/**
 * An event as it travels to ingestion; its Kafka key is `project:distinct_id`. The gateway writes it, and other teams may.
 * `$set`, `$set_once` and `$unset` stand inside `properties`, as PostHog's SDKs send them.
 */
export class CapturedEvent {
  @IsOptional()
  @IsInt()
  @Min(1)
  schema_version?: number;

  @IsInt()
  @Min(1)
  project_id!: number;

  /** Counts once by `(project_id, uuid)` within 30 days. Absent: derived from topic, partition and offset. */
  @IsOptional()
  @IsUUID()
  uuid?: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(400)
  distinct_id!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  event!: string;

  /** When it happened, clock already corrected. Absent: the time of the Kafka record. */
  @IsOptional()
  @IsDateString()
  timestamp?: string;

  /** When the gateway received it; bounds how far ahead `timestamp` may lie. */
  @IsOptional()
  @IsDateString()
  received_at?: string;

  @IsOptional()
  @IsObject()
  properties?: Record<string, unknown>;

  /** False: the event is stored without a person, as `$process_person_profile: false` asks. */
  @IsOptional()
  @IsBoolean()
  process_person?: boolean;

  /**
   * Uuid of a person who shall be deleted, if `distinct_id` is still hers: the message is no event then and nothing else in it counts.
   * Events captured over HTTP never have it.
   */
  @IsOptional()
  @IsUUID()
  deletes_person?: string;
}
