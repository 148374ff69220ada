import { invalid, type Json, list, record } from './fields.js';

/** Of one kind in one file; real ones have at most five. Bounds the nesting too. */
const COMPONENTS_MAX = 32;

/**
 * The components of one kind in their order, with Sequences laid open; none for null. `member` is the name of a Sequence's
 * list. Throws TOKENIZER_INVALID.
 */
export function components(value: unknown, member: string, where: string): Json[] {
  const found: Json[] = [];
  let seen = 0;
  const open = (part: unknown): void => {
    if (++seen > COMPONENTS_MAX) throw invalid(`${where} has more than ${COMPONENTS_MAX} components`);
    const component = record(part, where);
    if (component['type'] === 'Sequence') list(component[member], `${where}.${member}`).forEach(open);
    else found.push(component);
  };
  if (value !== null && value !== undefined) open(value);
  return found;
}
