import { randomUUID } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { request } from 'node:http';
import { basename } from 'node:path';

export interface Upload {
  readonly url: string;
  readonly method: 'POST' | 'PATCH';
  readonly key: string;
  readonly file: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly onProgress: (percent: number) => void;
}

/** Sends a file as the csv part of a form, from the disk to the socket. @returns the cohort @throws with what the API said */
export function uploadFile(upload: Upload): Promise<{ id: number; name: string }> {
  const boundary = `muster-${randomUUID()}`;
  const head = Buffer.from(headOf(upload, boundary));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const fileBytes = statSync(upload.file).size;
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${upload.key}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.length + fileBytes + tail.length,
    };
    const sent = request(upload.url, { method: upload.method, headers }, (answer) => {
      const chunks: string[] = [];
      answer.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
      answer.on('end', () => {
        finish(answer.statusCode ?? 0, chunks.join(''), resolve, reject);
      });
    });
    sent.on('error', reject);
    sent.write(head);
    const stream = createReadStream(upload.file);
    let bytes = 0;
    stream.on('data', (chunk) => {
      bytes += chunk.length;
      upload.onProgress((100 * bytes) / fileBytes);
    });
    stream.on('error', reject);
    stream.on('end', () => {
      sent.end(tail);
    });
    stream.pipe(sent, { end: false });
  });
}

function headOf({ file, fields }: Upload, boundary: string): string {
  const part = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;
  const all = Object.entries(fields).map(([name, value]) => `${part(`name="${name}"`)}${value}\r\n`);
  return `${all.join('')}${part(`name="csv"; filename="${basename(file).replaceAll('"', '%22')}"`)}`;
}

function finish(
  status: number,
  text: string,
  resolve: (cohort: { id: number; name: string }) => void,
  reject: (error: Error) => void,
): void {
  const body = JSON.parse(text) as { id: number; name: string; detail?: string };
  if (status < 300) {
    resolve(body);
  } else {
    reject(new Error(`${status}: ${body.detail ?? text}`));
  }
}
