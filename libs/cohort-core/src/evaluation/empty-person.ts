import { isNoCondition, passesMissing } from '../definition/condition.js';
import type { FilterNode, Leaf } from '../definition/filter-node.js';

/** What may come out of a node for somebody of whom nothing is known yet. */
interface Possible {
  readonly match: boolean;
  readonly miss: boolean;
}

/**
 * Whether a person to whom nothing has happened may match: she has no property and no event, is in no cohort, and was born at some
 * time under some distinct id. Errs only towards true. A birth need not be looked at by a cohort that answers false and that none
 * of her first facts is about.
 */
export function mayMatchEmptyPerson(tree: FilterNode): boolean {
  return possible(tree).match;
}

function possible(node: FilterNode): Possible {
  if (node.kind !== 'group') {
    const { match, miss } = ofLeaf(node);
    return node.negation ? { match: miss, miss: match } : { match, miss };
  }
  const children = node.children.map(possible);
  const every = (which: keyof Possible) => children.every((child) => child[which]);
  const some = (which: keyof Possible) => children.some((child) => child[which]);
  return node.type === 'AND'
    ? { match: every('match'), miss: some('miss') }
    : { match: some('match'), miss: every('miss') };
}

/** Without its negation. */
function ofLeaf(leaf: Leaf): Possible {
  switch (leaf.kind) {
    case 'person':
      return { match: isNoCondition(leaf) || passesMissing(leaf), miss: !isNoCondition(leaf) && !passesMissing(leaf) };
    case 'distinct_id':
    case 'person_metadata':
      return { match: true, miss: true };
    default:
      return { match: false, miss: true };
  }
}
