import { gzipSync } from 'node:zlib';

import type { FastifyRequest } from 'fastify';

import { readCaptureBody } from './read-capture-body.js';

const read = (body: Buffer, compression?: string) =>
  readCaptureBody({ body, headers: {}, query: { compression } } as unknown as FastifyRequest);

describe('the body of a capture request', () => {
  const plain = Buffer.from('{"event": "a"}');
  const noise = Buffer.from([0x1e, 0x8b]);

  it.each([
    ['gzip that is said to be', gzipSync(plain), 'gzip-js'],
    ['gzip that is not said to be', gzipSync(plain), undefined],
    ['what a proxy has unzipped', plain, 'gzip-js'],
  ])('is read from %s', async (_, body, compression) => {
    expect(await read(body, compression)).toMatchObject({ json: { event: 'a' }, bytes: plain.length });
  });

  it.each([
    ['bytes that are said to be gzip', 'gzip-js', 'JSON parse error - the body is not gzip'],
    ['bytes of which nothing is said', undefined, 'JSON parse error - the body is not valid UTF-8'],
  ])('is refused for what is wrong with %s', async (_, compression, detail) => {
    await expect(read(noise, compression)).rejects.toMatchObject({ status: 400, envelope: { detail } });
  });
});
