import type { Pool } from 'pg';

import { CsvError, CsvReader, type CsvRow } from '#csv';

import { UnreadableError } from './errors.js';
import type { LeasedImport } from './lease-import.js';

/** So much is read at once: what a megabyte makes would outlive the collections of the young generation, and be moved about by each. */
const CHUNK_BYTES = 64 * 1024;

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
      for (let start = 0; start < piece.length; start += CHUNK_BYTES) {
        const chunk = piece.subarray(start, start + CHUNK_BYTES);
        yield { rows: await reader.read(chunk), bytes: chunk.length };
      }
    }
    yield { rows: await reader.end(), bytes: 0 };
  } catch (error) {
    throw error instanceof CsvError ? new UnreadableError(error.message) : error;
  }
}

async function readPiece(pool: Pool, uploadId: string, number: number): Promise<Buffer> {
  const { rows } = await pool.query<{ bytes: Buffer }>(
    'SELECT bytes FROM upload_piece WHERE upload_id = $1 AND number = $2',
    [uploadId, number],
  );
  if (rows[0] === undefined) {
    throw new UnreadableError(`piece ${number} of upload ${uploadId} is missing`);
  }
  return rows[0].bytes;
}
