/** What the values of the chosen column are. */
export type IdKind = 'person_id' | 'distinct_id' | 'email';
export const ID_KINDS: readonly IdKind[] = ['person_id', 'distinct_id', 'email'];

export type Separator = ',' | ';' | '\t';

/** Where in the rows the ids are; the first row that is not blank decides. */
export interface CsvLayout {
  readonly separator: Separator;
  readonly kind: IdKind;
  /** From 0. */
  readonly column: number;
  /** False: the first row is an id like the others. */
  readonly hasHeader: boolean;
}
