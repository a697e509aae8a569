import { CsvError } from '../csv-error.js';
import { CellParser } from '../records/cell-parser.js';
import type { ScannedRecord } from '../records/record-scanner.js';
import type { CsvLayout, IdKind, Separator } from './csv-layout.js';

const SEPARATORS: readonly Separator[] = [',', ';', '\t'];
/** In the order of preference, whatever their order in the file; any case, any blanks. */
const ALIASES: readonly (readonly [IdKind, readonly string[]])[] = [
  ['person_id', ['person_id', 'person-id', 'person.id']],
  ['distinct_id', ['distinct_id', 'distinct-id']],
  ['email', ['email', 'e-mail']],
];
/** PostHog's export of a cohort's persons calls the person `id`, and is known by the columns of her distinct ids. */
const EXPORTED_ID = 'id';
const EXPORTED_DISTINCT_ID = /^distinct_ids(\.|$)/;
/** Names that are sent back in an error. */
const MAX_NAMES = 50;
const MAX_NAME_LENGTH = 100;

/** Finds the column of ids. @throws CsvError `no_id_column`: several columns, none of a known name */
export async function readLayout(record: Buffer, { quoting }: Pick<ScannedRecord, 'quoting'>): Promise<CsvLayout> {
  const readings = await Promise.all(
    SEPARATORS.map(async (separator) => ({ separator, cells: await cellsOf(record, separator, quoting) })),
  );
  for (const { separator, cells } of readings) {
    const found = findIdColumn(cells);
    if (found !== undefined) {
      return { separator, ...found, hasHeader: true };
    }
  }
  const { separator, cells } = readings.find((reading) => reading.cells.length > 1) ?? { separator: ',', cells: [] };
  if (cells.filter((cell) => cell !== '').length > 1) {
    throw new CsvError('no_id_column', namesOf(cells));
  }
  return { separator, kind: 'distinct_id', column: 0, hasHeader: false };
}

async function cellsOf(
  record: Buffer,
  separator: Separator,
  quoting: ScannedRecord['quoting'],
): Promise<readonly string[]> {
  const parser = new CellParser(separator, quoting === 'proper' ? 'proper' : 'literal');
  const [cells = {}] = await parser.parse(Buffer.concat([record, Buffer.from('\n')]), 1);
  return Object.values(cells).map((cell) => cell.trim());
}

function findIdColumn(cells: readonly string[]): Pick<CsvLayout, 'kind' | 'column'> | undefined {
  const names = cells.map((cell) => cell.toLowerCase().replace(/\s/g, ''));
  for (const [kind, aliases] of aliasesFor(names)) {
    const column = names.findIndex((name) => aliases.includes(name));
    if (column !== -1) {
      return { kind, column };
    }
  }
  return undefined;
}

function aliasesFor(names: readonly string[]): typeof ALIASES {
  return names.some((name) => EXPORTED_DISTINCT_ID.test(name))
    ? [...ALIASES.slice(0, 1), ['person_id', [EXPORTED_ID]], ...ALIASES.slice(1)]
    : ALIASES;
}

function namesOf(cells: readonly string[]): string[] {
  return cells
    .filter((cell) => cell !== '')
    .slice(0, MAX_NAMES)
    .map((name) => name.slice(0, MAX_NAME_LENGTH).toWellFormed());
}
