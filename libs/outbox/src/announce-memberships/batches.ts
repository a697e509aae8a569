import type { DeltaPart } from './delta-parts.js';

/** A full part is about 40 KB of JSON: 12,000 persons stay below 500 KB, half of what a broker takes for one partition. */
const PERSONS_PER_SEND = 12_000;
/** About 300 bytes each, without the persons. */
const PARTS_PER_SEND = 500;

/** Gathers parts into sends, in order, taking from the source only what the next send needs. */
export function* batchesOf(parts: Iterable<DeltaPart>): Generator<DeltaPart[]> {
  let batch: DeltaPart[] = [];
  let persons = 0;
  for (const part of parts) {
    const size = part.entered.length + part.left.length;
    if (batch.length === PARTS_PER_SEND || (batch.length > 0 && persons + size > PERSONS_PER_SEND)) {
      yield batch;
      batch = [];
      persons = 0;
    }
    batch.push(part);
    persons += size;
  }
  if (batch.length > 0) {
    yield batch;
  }
}
