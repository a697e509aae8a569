import { promisify } from 'node:util';
import { gzip, unzip, zstdCompress, zstdDecompress } from 'node:zlib';

import kafkajs from 'kafkajs';
import { compressFrame } from 'lz4-napi';

import { decompressLz4 } from './lz4.js';
import { compressSnappy, decompressSnappy } from './snappy.js';

/** What one fetched batch may unpack to: far above the broker's limit of 1 MB packed, far below what would end the process. */
export const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;

const packGzip = promisify(gzip);
const unpackGzip = promisify(unzip);
const packZstd = promisify(zstdCompress);
const unpackZstd = promisify(zstdDecompress);

interface Encoder {
  readonly buffer: Buffer;
}

export interface Codec {
  compress(encoder: Encoder): Promise<Buffer>;
  decompress(packed: Buffer): Promise<Buffer>;
}

function codec(compress: (data: Buffer) => Buffer | Promise<Buffer>, decompress: Codec['decompress']): () => Codec {
  return () => ({ compress: async ({ buffer }) => compress(buffer), decompress });
}

/**
 * kafkajs brings gzip only, and unpacks whatever comes; other teams' producers choose freely, and one batch we cannot unpack would
 * stop a partition.
 */
export function registerCodecs(): void {
  // Node's ESM loader does not see these two among kafkajs' CommonJS exports; Jest does.
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs: Record<number, unknown> = CompressionCodecs;
  codecs[CompressionTypes.Snappy] = codec(compressSnappy, async (packed) =>
    Promise.resolve(decompressSnappy(packed, MAX_UNPACKED_BYTES)),
  );
  codecs[CompressionTypes.GZIP] = codec(
    async (data) => packGzip(data),
    async (packed) => unpackGzip(packed, { maxOutputLength: MAX_UNPACKED_BYTES }),
  );
  codecs[CompressionTypes.LZ4] = codec(
    async (data) => compressFrame(data),
    async (packed) => decompressLz4(packed, MAX_UNPACKED_BYTES),
  );
  codecs[CompressionTypes.ZSTD] = codec(
    async (data) => packZstd(data),
    async (packed) => unpackZstd(packed, { maxOutputLength: MAX_UNPACKED_BYTES }),
  );
}
