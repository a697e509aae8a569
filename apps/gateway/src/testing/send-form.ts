import { connect } from 'node:net';

const BOUNDARY = 'xxBOUNDARYxx';

export interface FormAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface RawRequest {
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly body: Buffer;
  readonly headers?: Record<string, string>;
  /** Told as content-length; that of the body unless given. */
  readonly length?: number;
  /** Cut the connection when so much is sent. */
  readonly cutAt?: number;
}

/** One part of a form; a file where `file` names it. */
export function part(name: string, value: string | Buffer, file?: string): Buffer {
  const fileName = file === undefined ? '' : `; filename="${file}"`;
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${fileName}\r\n\r\n`),
    Buffer.from(value as string),
    Buffer.from('\r\n'),
  ]);
}

export function form(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** A form that creates a static cohort of a file. */
export function formOf(csv: string | Buffer, fields: Readonly<Record<string, string>> = {}): Buffer {
  const all = Object.entries({ name: 'VIP', is_static: 'true', ...fields });
  return form(...all.map(([name, value]) => part(name, value)), part('csv', csv, 'vip.csv'));
}

/** A request of any bytes on a connection of its own. What cannot be written any more is left. @returns undefined without an answer */
export function sendRaw(request: RawRequest): Promise<FormAnswer | undefined> {
  const { hostname, port } = new URL(request.url);
  const socket = connect(Number(port), hostname);
  socket.write(headOf(request));
  socket.write(request.body.subarray(0, request.cutAt), () => {
    if (request.cutAt !== undefined) {
      socket.destroy();
    }
  });
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(text === '' ? undefined : parse(text));
    });
  });
}

function headOf({ method, path, key, body, length = body.length, headers = {} }: RawRequest): string {
  const all = {
    host: 'muster',
    authorization: `Bearer ${key}`,
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'content-length': String(length),
    connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

function parse(text: string): FormAnswer {
  const end = text.indexOf('\r\n\r\n');
  const body = JSON.parse(text.slice(end)) as Record<string, unknown>;
  return { status: Number(text.split(' ')[1]), body };
}
