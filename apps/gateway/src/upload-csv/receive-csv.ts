import type { Readable } from 'node:stream';

import { CsvInspector, type CsvLayout } from '#csv';

import { fileTooLarge, tooManyRows } from './csv-refusals.js';
import type { UploadStore } from './upload-store.js';

export interface CsvLimits {
  readonly maxBytes: number;
  readonly maxRows: number;
}

/** Looks at the file and stores it, chunk by chunk; memory is that of a piece. @returns where its ids are @throws CsvError, ApiError */
export async function receiveCsv(file: Readable, store: UploadStore, limits: CsvLimits): Promise<CsvLayout> {
  const inspector = new CsvInspector();
  let received = 0;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > limits.maxBytes) {
      throw fileTooLarge(limits.maxBytes);
    }
    await store.append(await inspector.push(chunk));
    if (inspector.rows > limits.maxRows) {
      throw tooManyRows(limits.maxRows);
    }
  }
  const { bytes, layout } = await inspector.end();
  await store.append(bytes);
  await store.end();
  return layout;
}
