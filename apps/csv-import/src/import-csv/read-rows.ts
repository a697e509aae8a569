import type { Pool } from 'pg';

import { CsvError, CsvReader, type CsvRow } from '#csv';

import { UnreadableError } from './errors.js';
import type { LeasedImport } from './lease-import.js';

export interface RowBatch {
  readonly rows: readonly CsvRow[];
  /** How much of the file is read behind them. */
  readonly bytesRead: number;
}

type File = Pick<LeasedImport, 'uploadId' | 'pieces' | 'layout'>;

/** The rows of a stored file in batches of `size`, the header left out. One piece is held while the next is on its way. */
export async function* readRows(pool: Pool, file: File, size: number): AsyncGenerator<RowBatch> {
  let waiting: readonly CsvRow[] = [];
  let isHeaderDue = file.layout.hasHeader;
  let bytesRead = 0;
  for await (const { rows, bytes } of readPieces(pool, file)) {
    const ids = isHeaderDue ? rows.slice(1) : rows;
    isHeaderDue &&= rows.length === 0;
    bytesRead += bytes;
    waiting = waiting.length === 0 ? ids : [...waiting, ...ids];
    let start = 0;
    for (; waiting.length - start >= size; start += size) {
      yield { rows: waiting.slice(start, start + size), bytesRead };
    }
    waiting = waiting.slice(start);
  }
  if (waiting.length > 0) {
    yield { rows: waiting, bytesRead };
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
      const bytes = piece.length;
      yield { rows: await reader.read(piece), bytes };
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
