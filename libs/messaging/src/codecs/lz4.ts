import { decompressFrame } from 'lz4-napi';

const MAGIC = 0x184d2204;
const MAGIC_BYTES = 4;
const LENGTH_BYTES = 4;
const CHECKSUM_BYTES = 4;
/** Flags and block size before, header checksum behind what is optional. */
const FIXED_HEADER_BYTES = 3;
const CONTENT_SIZE_BYTES = 8;
const DICTIONARY_ID_BYTES = 4;

const FLAG = { dictionaryId: 1, contentChecksum: 4, contentSize: 8, blockChecksum: 16 };
/** Of a block's length: its bytes are not packed. */
const NOT_PACKED = 0x80000000;

const OFFSET_BYTES = 2;
const MIN_MATCH = 4;
/** A length that does not fit into its four bits goes on in bytes, up to one below 255. */
const LONG = 15;

/** @throws when it unpacks to more than `maxBytes`: the binding itself would unpack whatever comes */
export async function decompressLz4(packed: Buffer, maxBytes: number): Promise<Buffer> {
  if (unpackedLength(packed, maxBytes) > maxBytes) {
    throw new Error(`an LZ4 batch unpacks to more than ${maxBytes} bytes`);
  }
  return decompressFrame(packed);
}

/**
 * To how many bytes frames unpack, from the lengths that their blocks are made of; nothing is unpacked. Of a broken frame it is of
 * no account: the decoder refuses that.
 * @param enough where counting may end
 */
function unpackedLength(packed: Buffer, enough: number): number {
  let total = 0;
  for (let at = 0; total <= enough && at + MAGIC_BYTES <= packed.length && packed.readUInt32LE(at) === MAGIC;) {
    const flags = packed[at + MAGIC_BYTES] ?? 0;
    at += MAGIC_BYTES + headerBytes(flags);
    let length = blockLength(packed, at);
    while (length !== 0 && total <= enough) {
      const bytes = length % NOT_PACKED;
      const start = at + LENGTH_BYTES;
      total +=
        length >= NOT_PACKED ? bytes : unpackedBlockLength(packed, start, Math.min(start + bytes, packed.length));
      at = start + bytes + (has(flags, 'blockChecksum') ? CHECKSUM_BYTES : 0);
      length = blockLength(packed, at);
    }
    at += LENGTH_BYTES + (has(flags, 'contentChecksum') ? CHECKSUM_BYTES : 0);
  }
  return total;
}

function has(flags: number, flag: keyof typeof FLAG): boolean {
  return (flags & FLAG[flag]) !== 0;
}

function headerBytes(flags: number): number {
  return (
    FIXED_HEADER_BYTES +
    (has(flags, 'contentSize') ? CONTENT_SIZE_BYTES : 0) +
    (has(flags, 'dictionaryId') ? DICTIONARY_ID_BYTES : 0)
  );
}

/** @returns 0 at the end of a frame */
function blockLength(packed: Buffer, at: number): number {
  return at + LENGTH_BYTES <= packed.length ? packed.readUInt32LE(at) : 0;
}

/** A block is a row of sequences: so many bytes as they stand, then a match that repeats so many; the last has no match. */
function unpackedBlockLength(packed: Buffer, start: number, end: number): number {
  let total = 0;
  for (let at = start; at < end;) {
    const token = packed[at] ?? 0;
    const literals = readLength(packed, at + 1, token >> 4);
    total += literals.length;
    at = literals.at + literals.length;
    if (at < end) {
      const match = readLength(packed, at + OFFSET_BYTES, token & LONG);
      total += match.length + MIN_MATCH;
      at = match.at;
    }
  }
  return total;
}

/** @returns the length, and where what follows it begins */
function readLength(packed: Buffer, from: number, first: number): { length: number; at: number } {
  let length = first;
  let at = from;
  if (first === LONG) {
    let byte;
    do {
      byte = packed[at] ?? 0;
      length += byte;
      at += 1;
    } while (byte === 255);
  }
  return { length, at };
}
