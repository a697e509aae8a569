import { ApiProperty } from '@nestjs/swagger';

/** Whose flags are asked for. Unknown keys are ignored. */
export class FlagsRequest {
  @ApiProperty({ required: false, description: 'Token of the project, `phc_...`; or as `api_key`.' })
  token?: string;

  @ApiProperty({ required: false, description: 'Token of the project, where `token` is absent.' })
  api_key?: string;

  @ApiProperty({ minLength: 1, example: 'user-1', description: 'A number is read as its text.' })
  distinct_id!: string;

  @ApiProperty({
    selfRequired: false,
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Win over the stored properties; membership of cohorts goes by what is stored.',
  })
  person_properties?: object;

  @ApiProperty({ required: false, nullable: true, type: [String], description: 'Only these; absent: all.' })
  flag_keys_to_evaluate?: string[];

  @ApiProperty({ required: false, description: 'True: no flags are wanted.' })
  disable_flags?: boolean;
}
