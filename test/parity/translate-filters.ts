/** An id that the world does not have stays one that the product does not have. */
const UNKNOWN = 2_000_000_000;

/** The product's ids by the world's. */
export interface Ids {
  readonly cohorts: ReadonlyMap<number, number>;
  readonly actions: ReadonlyMap<number, number>;
}

/** Filters, or a part of them, with the ids of cohorts and actions exchanged. */
export function translated(node: unknown, ids: Ids): unknown {
  if (Array.isArray(node)) {
    return node.map((item) => translated(item, ids));
  }
  if (typeof node !== 'object' || node === null) {
    return node;
  }
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, translated(value, ids)]));
  const idOf = (map: ReadonlyMap<number, number>, id: unknown) => map.get(Number(id)) ?? UNKNOWN;
  return {
    ...copy,
    ...(copy['type'] === 'cohort' ? { value: idOf(ids.cohorts, copy['value']) } : {}),
    ...(copy['event_type'] === 'actions' ? { key: idOf(ids.actions, copy['key']) } : {}),
    ...(copy['seq_event_type'] === 'actions' ? { seq_event: idOf(ids.actions, copy['seq_event']) } : {}),
  };
}
