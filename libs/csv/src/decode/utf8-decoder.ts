import { CsvError } from '../csv-error.js';

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

interface Mark {
  readonly bytes: readonly number[];
  readonly encoding: Encoding;
}

const UTF8_MARK: Mark = { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' };
const MARKS: readonly Mark[] = [
  UTF8_MARK,
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];
/** So many bytes tell the encoding. */
const MARK_BYTES = UTF8_MARK.bytes.length;
/** A zero byte this early is UTF-16 without a byte order mark, or no text at all (zip, xlsx, png). */
const HEAD_BYTES = 16;

/** Turns a stream of bytes into UTF-8 without byte order mark, or refuses it; holds three bytes at most. */
export class Utf8Decoder {
  private head: Buffer | undefined = Buffer.alloc(0);
  private decoder = new TextDecoder('utf-8', { fatal: true });
  private encoding: Encoding = 'utf-8';
  private position = 0;

  /** @throws CsvError `encoding`, or `nul` for a zero byte in the middle of text */
  push(chunk: Buffer): Buffer {
    if (this.head === undefined) {
      return this.decode(chunk, false);
    }
    this.head = Buffer.concat([this.head, chunk]);
    return this.head.length < MARK_BYTES ? Buffer.alloc(0) : this.begin(this.head, false);
  }

  /** @throws CsvError when the last character is cut */
  end(): Buffer {
    return this.head === undefined ? this.decode(Buffer.alloc(0), true) : this.begin(this.head, true);
  }

  private begin(head: Buffer, isLast: boolean): Buffer {
    this.head = undefined;
    const mark = MARKS.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
    this.encoding = mark?.encoding ?? 'utf-8';
    this.decoder = new TextDecoder(this.encoding, { fatal: true });
    return this.decode(head.subarray(mark?.bytes.length ?? 0), isLast);
  }

  private decode(bytes: Buffer, isLast: boolean): Buffer {
    const text = this.toText(bytes, isLast);
    const utf8 = this.encoding === 'utf-8' ? bytes : Buffer.from(text);
    const nul = utf8.indexOf(0);
    if (nul !== -1) {
      throw new CsvError(this.position + nul < HEAD_BYTES ? 'encoding' : 'nul');
    }
    this.position += utf8.length;
    return utf8;
  }

  private toText(bytes: Buffer, isLast: boolean): string {
    try {
      return this.decoder.decode(bytes, { stream: !isLast });
    } catch {
      throw new CsvError('encoding');
    }
  }
}
