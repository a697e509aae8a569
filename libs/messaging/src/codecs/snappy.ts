import { compress, uncompress } from 'snappyjs';

/** The Java clients frame snappy in blocks of at most 32 KB, each with its length, behind this header; librdkafka sends it bare. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER = Buffer.concat([XERIAL_MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
const BLOCK_BYTES = 32 * 1024;
const LENGTH_BYTES = 4;

/** Xerial framing, which every Kafka client reads. */
export function compressSnappy(data: Buffer): Buffer {
  const parts: Buffer[] = [XERIAL_HEADER];
  for (let start = 0; start < data.length; start += BLOCK_BYTES) {
    const block = compress(data.subarray(start, start + BLOCK_BYTES));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** Reads both framings. @throws when the bytes are neither, or unpack to more than `maxBytes`. */
export function decompressSnappy(data: Buffer, maxBytes: number): Buffer {
  if (!data.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    return uncompress(data, maxBytes);
  }
  const blocks: Buffer[] = [];
  let left = maxBytes;
  for (let at = XERIAL_HEADER.length; at < data.length;) {
    const length = data.readInt32BE(at);
    const start = at + LENGTH_BYTES;
    const block = uncompress(data.subarray(start, start + length), left);
    left -= block.length;
    blocks.push(block);
    at = start + length;
  }
  return Buffer.concat(blocks);
}
