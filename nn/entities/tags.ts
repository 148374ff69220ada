import { entitiesOf } from '../train/entities.js';

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

/** The entities that tags say, as `entitiesOf` reads them; so an I- without its B- begins one. */
export function entitiesOfTags(parts: readonly Part[], tags: readonly string[]): TaggedEntity[] {
  return entitiesOf(tags).map(({ type, start, end }) => ({
    start: parts[start]!.start,
    end: parts[end - 1]!.end,
    label: type,
    first: start,
    last: end - 1,
  }));
}
