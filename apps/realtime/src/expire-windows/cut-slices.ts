import { type Bitmap, type BitmapScope } from '#cohort-core';

/** Persons whom time may have moved in some cohorts. */
export interface Visit {
  readonly cohorts: readonly number[];
  readonly persons: Bitmap;
}

export interface SliceLimits {
  readonly cohorts: number;
  readonly persons: number;
}

/** Cohort → persons: what one transaction brings up to date. */
export type Slice = Map<number, Bitmap>;

/** Cuts visits into slices that hold the locks for a short time only; the scope owns the bitmaps. */
export function* cutSlices(visits: Iterable<Visit>, limits: () => SliceLimits, scope: BitmapScope): Generator<Slice> {
  let slice: Slice = new Map();
  let persons = 0;
  for (const piece of pieces(visits, limits, scope)) {
    const isFull =
      slice.size + piece.cohorts.length > limits().cohorts || persons + piece.persons.size > limits().persons;
    if (slice.size > 0 && isFull) {
      yield slice;
      slice = new Map();
      persons = 0;
    }
    persons += piece.persons.size;
    for (const cohort of piece.cohorts) {
      const known = slice.get(cohort);
      slice.set(cohort, known === undefined ? piece.persons : union(known, piece.persons, scope));
    }
  }
  if (slice.size > 0) {
    yield slice;
  }
}

/** No visit larger than a slice. */
function* pieces(visits: Iterable<Visit>, limits: () => SliceLimits, scope: BitmapScope): Generator<Visit> {
  for (const visit of visits) {
    const ordinals = visit.persons.toArray();
    for (let start = 0; start < ordinals.length;) {
      const size = limits().persons;
      const persons = ordinals.length <= size ? visit.persons : scope.of(ordinals.slice(start, start + size));
      start += size;
      for (let first = 0; first < visit.cohorts.length;) {
        const count = limits().cohorts;
        yield { persons, cohorts: visit.cohorts.slice(first, first + count) };
        first += count;
      }
    }
  }
}

function union(one: Bitmap, other: Bitmap, scope: BitmapScope): Bitmap {
  const both = scope.copy(one);
  both.orInPlace(other);
  return both;
}
