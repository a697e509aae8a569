import { CsvError, type CsvProblem } from '#csv';

import { ApiError, invalid, tooLarge } from '../http/api-error.js';

/** The rest of the body stays unread, so that no further request can follow on this connection. */
const CLOSE = { connection: 'close' };

const INVALID_FORMAT = 'CSV file format is invalid. Please check your file format and try again.';

/** PostHog's sentences, word for word: its clients show them. */
const SENTENCES: Readonly<Record<Exclude<CsvProblem, 'no_id_column'>, string>> = {
  empty: 'CSV file is empty. Please upload a CSV file with at least one row of data.',
  no_ids:
    'CSV file contains no valid person IDs, distinct IDs, or email addresses. Please ensure your file has data rows with person IDs, distinct IDs, or email addresses.',
  encoding: 'CSV file encoding is not supported. Please save your file as UTF-8 and try again.',
  nul: INVALID_FORMAT,
  open_quote: INVALID_FORMAT,
  record_too_large: INVALID_FORMAT,
  too_many_columns: INVALID_FORMAT,
};

/** What a client is told of a file that cannot be read. */
function csvRefusal({ problem, columns }: CsvError): ApiError {
  return closing(invalid('csv', problem === 'no_id_column' ? noIdColumn(columns) : SENTENCES[problem]));
}

function noIdColumn(columns: readonly string[]): string {
  const found = columns.map((name) => `'${name}'`).join(', ');
  return `Multi-column CSV must contain at least one column with a supported ID header: 'person_id', 'Person .id' (PostHog export format), 'distinct_id', 'distinct-id', or 'email'. Found columns: ${found}`;
}

export function fileTooLarge(maxBytes: number): ApiError {
  return closing(tooLarge(`The CSV file is larger than ${maxBytes} bytes.`, 'csv'));
}

export function tooManyRows(maxRows: number): ApiError {
  return closing(tooLarge(`The CSV file has more than ${maxRows} rows. Please split it into several files.`, 'csv'));
}

export function formTooLarge(): ApiError {
  return closing(tooLarge('The fields of the form are too large.'));
}

export function notAFile(): ApiError {
  return closing(invalid('csv', 'The submitted data was not a file. Check the encoding type on the form.'));
}

export function twoFiles(): ApiError {
  return closing(invalid('csv', 'Only one csv file can be uploaded at once.'));
}

export function malformedForm(reason: string): ApiError {
  return closing(invalid(null, `Multipart form parse error - ${reason}`, 'parse_error'));
}

export function tooSlow(): ApiError {
  const detail = 'The upload was too slow.';
  return closing(new ApiError(408, { type: 'invalid_request', code: 'request_timeout', detail, attr: null }));
}

/** As every error of an upload: what is left of the body is not read. */
function closing(error: ApiError): ApiError {
  return new ApiError(error.status, error.envelope, { ...error.headers, ...CLOSE });
}

export function asRefusal(error: unknown): Error {
  if (error instanceof CsvError) {
    return csvRefusal(error);
  }
  return error instanceof Error ? error : new Error(String(error));
}
