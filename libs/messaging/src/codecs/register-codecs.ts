import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';

import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';

import { compressSnappy, decompressSnappy } from './snappy.js';

/** What one fetched batch may unpack to: far above the broker's limit of 1 MB packed, far below what would end the process. */
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;

const packZstd = promisify(zstdCompress);
const unpackZstd = promisify(zstdDecompress);

interface Encoder {
  readonly buffer: Buffer;
}

interface Codec {
  compress(encoder: Encoder): Promise<Buffer>;
  decompress(packed: Buffer): Promise<Buffer>;
}

function codec(compress: (data: Buffer) => Buffer | Promise<Buffer>, decompress: Codec['decompress']): () => Codec {
  return () => ({ compress: async ({ buffer }) => compress(buffer), decompress });
}

/** kafkajs brings gzip only; other teams' producers choose freely, and one batch we cannot unpack would stop a partition. */
export function registerCodecs(): void {
  // Node's ESM loader does not see these two among kafkajs' CommonJS exports; Jest does.
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs: Record<number, unknown> = CompressionCodecs;
  codecs[CompressionTypes.Snappy] = codec(compressSnappy, async (packed) =>
    Promise.resolve(decompressSnappy(packed, MAX_UNPACKED_BYTES)),
  );
  codecs[CompressionTypes.LZ4] = codec(async (data) => compressFrame(data), decompressFrame);
  codecs[CompressionTypes.ZSTD] = codec(
    async (data) => packZstd(data),
    async (packed) => unpackZstd(packed, { maxOutputLength: MAX_UNPACKED_BYTES }),
  );
}
