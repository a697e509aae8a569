export { CsvError, type CsvProblem } from './csv-error.js';
export { CsvInspector } from './inspect-csv.js';
export { type CsvLayout, ID_KINDS, type IdKind, type Separator } from './layout/csv-layout.js';
export { CsvReader } from './records/csv-reader.js';
export type { CsvRow } from './records/csv-row.js';
