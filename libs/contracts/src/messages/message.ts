import { IsInt, Min } from 'class-validator';

/** What every message tells: the schema it was written with. Fields are only ever added; a removed or changed field raises the number. */
export abstract class Message {
  @IsInt()
  @Min(1)
  schema_version!: number;
}
