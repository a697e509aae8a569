const FIRST_CAPACITY = 1 << 15;
/** Filled so far the table grows: linear probing gets slow above. */
const MAX_LOAD = 0.6;

/**
 * Which texts were seen: 64 bits of each, so that ten million rows take 128 MB where the texts would take a gigabyte. That two
 * different texts of ten million look the same has a probability of 3 in a million.
 */
export class Fingerprints {
  private capacity = FIRST_CAPACITY;
  /** Two words a slot; both zero: free. */
  private slots = new Uint32Array(2 * FIRST_CAPACITY);
  private size = 0;
  private low = 0;
  private high = 0;

  /** @returns whether it is new */
  add(text: string): boolean {
    this.hash(text);
    if (this.size >= this.capacity * MAX_LOAD) {
      this.grow();
    }
    const isNew = put(this.slots, this.capacity, this.low, this.high);
    this.size += isNew ? 1 : 0;
    return isNew;
  }

  /** Each step maps the 64 bits of state one to one, so that no two states fall together before the texts differ. */
  private hash(text: string): void {
    let low = 0x9e3779b9 ^ text.length;
    let high = 0x85ebca6b;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x85ebca77);
      high = Math.imul(high ^ code, 0xc2b2ae3d);
      low ^= high >>> 15;
      high ^= low >>> 13;
    }
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
    this.low = low >>> 0;
    // Never free.
    this.high = high === 0 && low === 0 ? 1 : high >>> 0;
  }

  private grow(): void {
    const old = this.slots;
    this.capacity *= 2;
    this.slots = new Uint32Array(2 * this.capacity);
    for (let slot = 0; slot < old.length; slot += 2) {
      const low = old[slot] ?? 0;
      const high = old[slot + 1] ?? 0;
      if (low !== 0 || high !== 0) {
        put(this.slots, this.capacity, low, high);
      }
    }
  }
}

function put(slots: Uint32Array, capacity: number, low: number, high: number): boolean {
  let slot = 2 * (low & (capacity - 1));
  while (slots[slot] !== 0 || slots[slot + 1] !== 0) {
    if (slots[slot] === low && slots[slot + 1] === high) {
      return false;
    }
    slot = slot + 2 === 2 * capacity ? 0 : slot + 2;
  }
  slots[slot] = low;
  slots[slot + 1] = high;
  return true;
}
