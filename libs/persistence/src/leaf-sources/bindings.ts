/** The bind parameters of a statement under construction: values of clients never become SQL text. */
export class Bindings {
  readonly values: unknown[] = [];

  /** @returns the placeholder, `$1`, `$2` ... */
  bind(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
