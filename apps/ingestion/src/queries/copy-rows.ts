import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { from as copyFrom } from 'pg-copy-streams';

import type { Transaction } from '#persistence';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const NEEDS_ESCAPE = /[\\\t\n\r]/g;
/** PostgreSQL works on one piece while the next is being written; one huge text would be held twice, too. */
const ROWS_A_PIECE = 500;

/** A text as COPY's text format wants it. */
export function copyText(text: string): string {
  return text.replace(NEEDS_ESCAPE, (character) => ESCAPES[character] ?? character);
}

/** NULL in COPY's text format. */
export const COPY_NULL = '\\N';

/** Appends rows by COPY. @param rows lines in COPY's text format, without the end of line; made as they are sent */
export async function copyRows(transaction: Transaction, into: string, rows: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(piecesOf(rows)), transaction.query(copyFrom(`COPY ${into} FROM STDIN`)));
}

function* piecesOf(rows: Iterable<string>): Iterable<string> {
  let piece: string[] = [];
  for (const row of rows) {
    piece.push(row, '\n');
    if (piece.length === 2 * ROWS_A_PIECE) {
      yield piece.join('');
      piece = [];
    }
  }
  if (piece.length > 0) {
    yield piece.join('');
  }
}
