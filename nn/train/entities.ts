/** A run of tokens that one entity covers. */
export interface Entity {
  readonly type: string;
  readonly start: number;
  /** The token after the last one. */
  readonly end: number;
}

/**
 * The entities of a text's tags, as conlleval and seqeval's default mode read them: tags are `O` or a letter B, I, E or
 * S with a type, as in `B-PER`; an I without a B before it begins an entity, as does one of another type.
 */
export function entitiesOf(tags: readonly string[]): Entity[] {
  const found: Entity[] = [];
  let open: { readonly type: string; readonly start: number } | null = null;
  let previous = { letter: 'O', type: '' };
  for (let at = 0; at <= tags.length; at += 1) {
    const current = readTag(tags[at] ?? 'O');
    if (open && ends(previous, current)) {
      found.push({ ...open, end: at });
      open = null;
    }
    if (begins(previous, current)) open = { type: current.type, start: at };
    previous = current;
  }
  return found;
}

/** Entities found, of how many looked for, over many texts. */
export class EntityCounts {
  private right = 0;
  private wanted = 0;
  private predicted = 0;

  add(wanted: readonly string[], predicted: readonly string[]): void {
    const expected = new Set(entitiesOf(wanted).map(keyOf));
    const found = entitiesOf(predicted).map(keyOf);
    this.wanted += expected.size;
    this.predicted += found.length;
    this.right += found.filter((key) => expected.has(key)).length;
  }

  /** Micro-averaged F1 of entities that fit in type and both ends; 0 where there are none at all. */
  f1(): number {
    const all = this.wanted + this.predicted;
    return all === 0 ? 0 : (2 * this.right) / all;
  }
}

interface Tag {
  readonly letter: string;
  readonly type: string;
}

function readTag(tag: string): Tag {
  const dash = tag.indexOf('-');
  return dash < 0
    ? { letter: tag.slice(0, 1), type: tag.slice(1) }
    : { letter: tag.slice(0, dash), type: tag.slice(dash + 1) };
}

function ends(previous: Tag, current: Tag): boolean {
  if (previous.letter === 'E' || previous.letter === 'S') return true;
  if (['B', 'S', 'O'].includes(current.letter)) return true;
  return previous.type !== current.type;
}

function begins(previous: Tag, current: Tag): boolean {
  if (current.letter === 'O') return false;
  if (current.letter === 'B' || current.letter === 'S') return true;
  return ['E', 'S', 'O'].includes(previous.letter) || previous.type !== current.type;
}

function keyOf({ type, start, end }: Entity): string {
  return `${start} ${end} ${type}`;
}
