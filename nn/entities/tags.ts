import { NnError } from '../errors.js';

/** A named span; `start` and `end` count whatever the caller counts: code units of a text, or words. */
export interface EntitySpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** What has no entity. */
const OUTSIDE = 'O';

interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * The BIO tag of each part of a text: B- for the first that overlaps an entity, I- for the others, O for those in none. Both
 * lists are in the order of the text and entities do not overlap; a part that two of them share goes to the first.
 */
export function tagsOfEntities(parts: readonly Part[], entities: readonly EntitySpan[]): string[] {
  let next = 0;
  let begun = -1;
  return parts.map(({ start, end }) => {
    while (next < entities.length && entities[next]!.end <= start) next += 1;
    const entity = entities[next];
    if (entity === undefined || entity.start >= end) return OUTSIDE;
    const prefix = begun === next ? 'I' : 'B';
    begun = next;
    return `${prefix}-${entity.label}`;
  });
}

/** An entity with the parts it was read from, `first` to `last`. */
export interface TaggedEntity extends EntitySpan {
  readonly first: number;
  readonly last: number;
}

/**
 * The entities that BIO tags say. An I- that follows neither B- nor I- of its own label begins an entity, as in seqeval's
 * default mode and in CoNLL's own conlleval. Throws LABEL_UNKNOWN for what is no BIO tag.
 */
export function entitiesOfTags(parts: readonly Part[], tags: readonly string[]): TaggedEntity[] {
  const entities: TaggedEntity[] = [];
  let open: TaggedEntity | null = null;
  parts.forEach(({ start, end }, i) => {
    const { prefix, label } = readTag(tags[i]!);
    if (open !== null && prefix === 'I' && open.label === label) {
      open = { ...open, end, last: i };
      return;
    }
    if (open !== null) entities.push(open);
    open = prefix === OUTSIDE ? null : { start, end, label, first: i, last: i };
  });
  if (open !== null) entities.push(open);
  return entities;
}

function readTag(tag: string): { readonly prefix: 'O' | 'B' | 'I'; readonly label: string } {
  if (tag === OUTSIDE) return { prefix: OUTSIDE, label: '' };
  const prefix = tag[0];
  if ((prefix === 'B' || prefix === 'I') && tag[1] === '-' && tag.length > 2) {
    return { prefix, label: tag.slice(2) };
  }
  throw new NnError('LABEL_UNKNOWN', `${JSON.stringify(tag)} is no BIO tag; expected O, B-… or I-…`);
}
