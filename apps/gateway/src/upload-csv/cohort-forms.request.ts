import { ApiProperty, IntersectionType } from '@nestjs/swagger';

import { CSV_MODES } from '#contracts';

import { CreateCohortRequest } from '../create-cohort/create-cohort.request.js';
import { UpdateCohortRequest } from '../update-cohort/update-cohort.request.js';

/** What only a form can say. */
class CsvFields {
  @ApiProperty({
    required: false,
    type: 'string',
    format: 'binary',
    description:
      'A file of person uuids, distinct ids or emails for a static cohort: one column, or several with a header that names one of them.',
  })
  csv?: string;

  @ApiProperty({
    required: false,
    enum: CSV_MODES,
    default: 'append',
    description: 'Adds the persons of the file, takes them out, or makes them the whole list.',
  })
  csv_mode?: string;

  @ApiProperty({
    required: false,
    default: false,
    description: 'Persons who appear later under an id of the file join then. Not with `csv_mode: remove`.',
  })
  keep_unmatched?: boolean;
}

/** A create as a form: `filters`, `groups` and lists are sent as the text of their JSON. */
export class CreateCohortForm extends IntersectionType(CreateCohortRequest, CsvFields) {}

/** An edit as a form: `filters`, `groups` and lists are sent as the text of their JSON. */
export class UpdateCohortForm extends IntersectionType(UpdateCohortRequest, CsvFields) {}
