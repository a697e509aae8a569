import type { Pool } from 'pg';

import { CsvError, CsvReader, type CsvRow } from '#csv';

import { UnreadableError } from './errors.js';
import type { LeasedImport } from './lease-import.js';

/**
 * A piece comes in parts of this size, and is read part by part: what is made of it then dies in the young generation. The text that pg
 * reads of a whole piece would be an old object of 2 MB each time, and collecting those was a third of the time of an import.
 */
const PART_BYTES = 48 * 1024;

/** Storage is EXTERNAL: only the part is read. */
const READ_PIECE = `
  SELECT substring(bytes FROM start FOR $3) AS part FROM upload_piece, generate_series(1, octet_length(bytes), $3) AS start
  WHERE upload_id = $1 AND number = $2 ORDER BY start`;

export interface Rows {
  readonly rows: readonly CsvRow[];
  /** How much of the file is read behind them. */
  readonly bytesRead: number;
}

type File = Pick<LeasedImport, 'uploadId' | 'pieces' | 'layout'>;

/** The rows of a stored file, some at a time, the header left out. One piece is held while the next is on its way. */
export async function* readRows(pool: Pool, file: File): AsyncGenerator<Rows> {
  let isHeaderDue = file.layout.hasHeader;
  let bytesRead = 0;
  for await (const { rows, bytes } of readPieces(pool, file)) {
    bytesRead += bytes;
    yield { rows: isHeaderDue ? rows.slice(1) : rows, bytesRead };
    isHeaderDue &&= rows.length === 0;
  }
}

async function* readPieces(
  pool: Pool,
  { uploadId, pieces, layout }: File,
): AsyncGenerator<{ rows: readonly CsvRow[]; bytes: number }> {
  const reader = new CsvReader(layout.separator, layout.column);
  try {
    let next = readPiece(pool, uploadId, 0);
    for (let number = 1; number <= pieces; number += 1) {
      const piece = await next;
      next = number < pieces ? readPiece(pool, uploadId, number) : next;
      // It is awaited a row batch later, if at all.
      next.catch(() => undefined);
      for (const part of piece) {
        const bytes = part.length;
        yield { rows: await reader.read(part), bytes };
      }
    }
    yield { rows: await reader.end(), bytes: 0 };
  } catch (error) {
    throw error instanceof CsvError ? new UnreadableError(error.message) : error;
  }
}

async function readPiece(pool: Pool, uploadId: string, number: number): Promise<readonly Buffer[]> {
  const { rows } = await pool.query<{ part: Buffer }>(READ_PIECE, [uploadId, number, PART_BYTES]);
  if (rows.length === 0) {
    throw new UnreadableError(`piece ${number} of upload ${uploadId} is missing`);
  }
  return rows.map(({ part }) => part);
}
