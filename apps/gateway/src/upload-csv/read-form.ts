import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';

import { asRefusal, formTooLarge, malformedForm, notAFile, twoFiles } from './csv-refusals.js';
import { watchSpeed } from './watch-speed.js';

/** As the limit of a JSON body, for all fields together. */
const MAX_FIELD_BYTES = 1024 * 1024;
/** A list of person ids is a field each. */
const MAX_FIELDS = 10_000;
const MAX_FILES = 5;
const MAX_HEADER_PAIRS = 50;

export interface Field {
  readonly name: string;
  readonly value: string;
}

interface FormReader {
  /** Takes the file part `csv` from the socket, as fast as it can store it. */
  readonly onCsv: (file: Readable, name: string) => Promise<void>;
  readonly stallMs: number;
}

/** Reads a form while it comes in. @returns its fields when everything, the file included, was taken @throws ApiError */
export function readForm(request: IncomingMessage, reader: FormReader): Promise<readonly Field[]> {
  return new Promise((resolve, reject) => {
    const form = openForm(request);
    const stopWatching = watchSpeed(request, reader.stallMs, (error) => {
      fail(error);
    });
    const fail = (error: unknown): void => {
      stopWatching();
      request.unpipe(form);
      form.removeAllListeners();
      form.on('error', () => undefined);
      files.destroy();
      // Whatever still comes is thrown away until the answer closes the connection.
      request.resume();
      reject(asRefusal(error));
    };
    const fields = takeFields(form, fail);
    const files = takeFiles(form, reader, fail);
    form.on('error', (error) => {
      fail(malformedForm((error as Error).message));
    });
    request.once('close', () => {
      if (!request.complete) {
        fail(malformedForm('the connection was cut'));
      }
    });
    form.on('finish', () => {
      stopWatching();
      files.stored().then(() => {
        resolve(fields);
      }, fail);
    });
    request.pipe(form);
  });
}

function openForm(request: IncomingMessage): BusboyInstance {
  try {
    return new Busboy({
      headers: request.headers as BusboyHeaders,
      limits: {
        fieldSize: MAX_FIELD_BYTES,
        fields: MAX_FIELDS,
        files: MAX_FILES,
        parts: MAX_FIELDS + MAX_FILES,
        headerPairs: MAX_HEADER_PAIRS,
      },
    });
  } catch {
    throw malformedForm('Invalid boundary in multipart: None');
  }
}

function takeFields(form: BusboyInstance, fail: (error: unknown) => void): readonly Field[] {
  const fields: Field[] = [];
  let bytes = 0;
  form.on('field', (name, value, _nameTruncated, isTruncated) => {
    bytes += Buffer.byteLength(value);
    if (name === 'csv') {
      fail(notAFile());
    } else if (isTruncated || bytes > MAX_FIELD_BYTES) {
      fail(formTooLarge());
    } else {
      fields.push({ name, value });
    }
  });
  for (const limit of ['fieldsLimit', 'partsLimit', 'filesLimit'] as const) {
    form.on(limit, () => {
      fail(formTooLarge());
    });
  }
  return fields;
}

interface FormFiles {
  /** Waits until the csv part, if there is one, is stored. */
  stored(): Promise<void>;
  /** Whoever reads the csv part learns that no more comes. */
  destroy(): void;
}

function takeFiles(form: BusboyInstance, reader: FormReader, fail: (error: unknown) => void): FormFiles {
  let stored: Promise<void> | undefined;
  let csv: Readable | undefined;
  form.on('file', (part, file, name) => {
    // A request that ends in the middle of a part is told by the form; unheard, the part's own error would end the process.
    file.on('error', () => undefined);
    if (part !== 'csv') {
      file.resume();
    } else if (stored !== undefined) {
      fail(twoFiles());
    } else {
      csv = file;
      stored = reader.onCsv(file, name);
      stored.catch(fail);
    }
  });
  return { stored: () => stored ?? Promise.resolve(), destroy: () => csv?.destroy() };
}
