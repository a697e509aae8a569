/** Persons of one buffer, in the order of their ordinals: 64 KB. */
const BUFFER_BITS = 12;
const PLACES = 1 << BUFFER_BITS;
const UUID_BYTES = 16;

/**
 * The uuids of persons, which never change, in the memory of this process: sixteen bytes a person, in buffers of 4,096 neighbours. The
 * buffers asked for or filled last stay.
 */
export class KnownUuids {
  private readonly buffers = new Map<string, Buffer>();

  /** @param maxBuffers of 64 KB each */
  constructor(private readonly maxBuffers: number) {}

  /** @returns undefined when it is not known here */
  get(projectId: number, ordinal: number): string | undefined {
    const key = keyOf(projectId, ordinal);
    const buffer = this.buffers.get(key);
    if (buffer === undefined) {
      return undefined;
    }
    this.putLast(key, buffer);
    const start = startOf(ordinal);
    return isEmpty(buffer, start) ? undefined : uuidAt(buffer, start);
  }

  set(projectId: number, ordinal: number, uuid: string): void {
    this.bufferOf(keyOf(projectId, ordinal)).write(uuid.replaceAll('-', ''), startOf(ordinal), UUID_BYTES, 'hex');
  }

  clear(): void {
    this.buffers.clear();
  }

  private bufferOf(key: string): Buffer {
    const buffer = this.buffers.get(key) ?? Buffer.alloc(PLACES * UUID_BYTES);
    this.putLast(key, buffer);
    for (const oldest of this.buffers.keys()) {
      if (this.buffers.size <= this.maxBuffers) {
        break;
      }
      this.buffers.delete(oldest);
    }
    return buffer;
  }

  /** A Map keeps the order in which keys came: the first of them is the one not asked for the longest. */
  private putLast(key: string, buffer: Buffer): void {
    this.buffers.delete(key);
    this.buffers.set(key, buffer);
  }
}

function keyOf(projectId: number, ordinal: number): string {
  return `${projectId}:${ordinal >>> BUFFER_BITS}`;
}

function startOf(ordinal: number): number {
  return (ordinal & (PLACES - 1)) * UUID_BYTES;
}

/** The nil uuid is nobody's. */
function isEmpty(buffer: Buffer, start: number): boolean {
  return buffer.readBigUInt64LE(start) === 0n && buffer.readBigUInt64LE(start + 8) === 0n;
}

function uuidAt(buffer: Buffer, start: number): string {
  const hex = buffer.toString('hex', start, start + UUID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
