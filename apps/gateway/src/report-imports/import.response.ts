import { ApiProperty } from '@nestjs/swagger';

import { CSV_MODES, type CsvMode } from '#contracts';

import type { Shape } from '../http/shape.js';

const COUNT = { type: 'integer', minimum: 0 } as const;
const INSTANT = { type: 'string', format: 'date-time' } as const;

/** What became of the rows; always rows = matched + unmatched + duplicates + invalid. */
export class AccountResponse {
  @ApiProperty({ ...COUNT, description: 'Rows that are not blank, without the header.' })
  rows!: number;

  @ApiProperty({ ...COUNT, description: 'Rows whose id is that of a person.' })
  matched!: number;

  @ApiProperty({ ...COUNT, description: "Rows whose id is nobody's." })
  unmatched!: number;

  @ApiProperty({ ...COUNT, description: 'Rows whose id stood in an earlier row.' })
  duplicates!: number;

  @ApiProperty({ ...COUNT, description: 'Rows that hold no id.' })
  invalid!: number;
}

/** The account by kind of id; a file holds one kind. */
export class KindsResponse {
  @ApiProperty({ type: AccountResponse })
  person_id!: Shape<AccountResponse>;

  @ApiProperty({ type: AccountResponse })
  distinct_id!: Shape<AccountResponse>;

  @ApiProperty({ type: AccountResponse })
  email!: Shape<AccountResponse>;
}

/** The report of an import of a CSV file, while it runs and for ever after. */
export class ImportResponse extends AccountResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ type: 'integer' })
  cohort_id!: number;

  @ApiProperty({ enum: ['waiting', 'running', 'done', 'failed'] })
  status!: string;

  @ApiProperty({ enum: ['waiting', 'reading', 'finishing', 'ended'] })
  phase!: string;

  @ApiProperty({ enum: CSV_MODES })
  mode!: CsvMode;

  @ApiProperty({ description: 'Ids of nobody join when their person appears.' })
  keep_unmatched!: boolean;

  @ApiProperty({ type: 'string', nullable: true })
  file_name!: string | null;

  @ApiProperty({ ...COUNT, description: 'Of the file, as UTF-8.' })
  total_bytes!: number;

  @ApiProperty(COUNT)
  bytes_read!: number;

  @ApiProperty({ type: 'number', minimum: 0, maximum: 100 })
  percent!: number;

  @ApiProperty({ type: KindsResponse })
  kinds!: Shape<KindsResponse>;

  @ApiProperty({ ...COUNT, description: 'Different persons that the ids belong to.' })
  persons!: number;

  @ApiProperty({ ...COUNT, description: 'Persons who joined the cohort.' })
  entered_count!: number;

  @ApiProperty({ ...COUNT, description: 'Persons who left the cohort.' })
  left_count!: number;

  @ApiProperty({ ...COUNT, description: 'Unmatched ids whose person appeared since and joined.' })
  late_count!: number;

  @ApiProperty(COUNT)
  attempt!: number;

  @ApiProperty(INSTANT)
  created_at!: string;

  @ApiProperty({ ...INSTANT, nullable: true })
  started_at!: string | null;

  @ApiProperty({ ...INSTANT, nullable: true })
  finished_at!: string | null;

  @ApiProperty({ type: 'string', nullable: true, description: 'Of the last attempt that failed.' })
  error_code!: string | null;
}

export class ImportListResponse {
  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ type: 'string', nullable: true })
  next!: string | null;

  @ApiProperty({ type: 'string', nullable: true })
  previous!: string | null;

  @ApiProperty({ type: [ImportResponse] })
  results!: ImportResponse[];
}

/** A row that put nobody into the cohort. */
export class ImportedRowResponse {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Line of the file on which the row begins.' })
  line!: number;

  @ApiProperty({ description: 'The id, at most 200 characters of it.' })
  value!: string;

  @ApiProperty({ enum: ['unmatched', 'duplicate', 'invalid'] })
  status!: string;

  @ApiProperty()
  reason!: string;
}

export class ImportedRowsResponse {
  @ApiProperty({ type: 'integer', description: 'Rows that are named; the account counts those beyond 100,000 too.' })
  count!: number;

  @ApiProperty({ type: 'string', nullable: true })
  next!: string | null;

  @ApiProperty({ type: 'string', nullable: true })
  previous!: string | null;

  @ApiProperty({ type: [ImportedRowResponse] })
  results!: ImportedRowResponse[];
}
