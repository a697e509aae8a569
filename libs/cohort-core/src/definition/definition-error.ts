/** Filters that can never be calculated. Becomes a 400 in PostHog's envelope. */
export class DefinitionError extends Error {
  /**
   * @param path the field, joined with `__` as PostHog joins nested fields: `filters__properties__values__0__operator`
   * @param detail what is wrong and what would be accepted
   */
  constructor(
    readonly path: string,
    readonly detail: string,
    readonly code: string = 'invalid',
  ) {
    super(`${path}: ${detail}`);
    this.name = 'DefinitionError';
  }
}

/** The path of a field inside `parent`. */
export function join(parent: string, field: string | number): string {
  return `${parent}__${field}`;
}

const MAX_SHOWN = 80;

/** A given value inside a message: as JSON, cut so that a hostile body is not sent back whole. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
