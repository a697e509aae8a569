/** What becomes of one property, whatever value is stored. */
type Change =
  | { readonly kind: 'set'; readonly value: unknown }
  | { readonly kind: 'once'; readonly value: unknown }
  | { readonly kind: 'unset' };

export type Properties = Readonly<Record<string, unknown>>;

/**
 * The sum of all that a batch does to one person's properties, composed without knowing what is stored:
 * rows are written once a batch, and nobody has to read them before.
 */
export class PropertyChanges {
  private readonly changes = new Map<string, Change>();

  get isEmpty(): boolean {
    return this.changes.size === 0;
  }

  /** Every key that was set, filled or removed. */
  keys(): IterableIterator<string> {
    return this.changes.keys();
  }

  set(properties: Properties): void {
    for (const [key, value] of Object.entries(properties)) {
      this.changes.set(key, { kind: 'set', value });
    }
  }

  /** Fills what is missing at this moment. */
  once(properties: Properties): void {
    for (const [key, value] of Object.entries(properties)) {
      const earlier = this.changes.get(key);
      if (earlier === undefined) {
        this.changes.set(key, { kind: 'once', value });
      } else if (earlier.kind === 'unset') {
        this.changes.set(key, { kind: 'set', value });
      }
    }
  }

  unset(keys: readonly string[]): void {
    for (const key of keys) {
      this.changes.set(key, { kind: 'unset' });
    }
  }

  /** The properties a person has who had `stored` before. */
  applyTo(stored: Properties): Properties {
    const result = new Map(Object.entries(stored));
    for (const [key, change] of this.changes) {
      if (change.kind === 'unset') {
        result.delete(key);
      } else if (change.kind === 'set' || !result.has(key)) {
        result.set(key, change.value);
      }
    }
    return Object.fromEntries(result);
  }

  /** For SQL: `((once || properties) || set) - unset`. */
  toColumns(): { once: Properties; set: Properties; unset: string[] } {
    const ofKind = (kind: 'once' | 'set') =>
      Object.fromEntries(
        [...this.changes].flatMap(([key, change]) => (change.kind === kind ? [[key, change.value]] : [])),
      );
    const unset = [...this.changes].filter(([, change]) => change.kind === 'unset').map(([key]) => key);
    return { once: ofKind('once'), set: ofKind('set'), unset };
  }
}
