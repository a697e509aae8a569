import { DefinitionError } from '#cohort-core';

/** The protocol counts parameters in 16 bits; past that the count wraps and the server complains of something else. */
const MAX_PARAMETERS = 65_535;

/** The bind parameters of a statement under construction: values of clients never become SQL text. */
export class Bindings {
  readonly values: unknown[] = [];

  /** @returns the placeholder, `$1`, `$2` ... @throws DefinitionError when the filters need more than a statement takes */
  bind(value: unknown): string {
    if (this.values.length === MAX_PARAMETERS) {
      throw new DefinitionError('filters', 'The filters hold too many values.');
    }
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
