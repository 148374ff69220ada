import type { CleaningRecipe, Entity, Source } from '../../../contracts/index.js';
import type { Body } from '../mail/body.js';

/** A record on its way to becoming a row. */
export interface Draft {
  readonly recordId: string;
  readonly format: string;
  readonly label: string;
  readonly group: string;
  /** For row formats: the fields that become text, in order. */
  readonly textFields: readonly string[];
  readonly labelledBy: Source['label'];
  /** Emptied once it is decoded. */
  readonly raw: Uint8Array;
  readonly subject: string;
  readonly bodies: readonly Body[];
  readonly text: string;
  /**
   * Spans of `text` by their start, where the source labels spans; a relation's are named `head` and `tail`. A rule that
   * changes the text moves them along, and says how many it lost.
   */
  readonly spans?: readonly Entity[];
  readonly sentAt: string | null;
}

/** What a rule did with a draft. Reasons are for people; the counted reason of a drop is a short kebab-case word. */
export type Outcome =
  | { readonly kind: 'kept'; readonly draft: Draft; readonly changes: readonly string[] }
  | { readonly kind: 'dropped'; readonly reason: string };

export const kept = (draft: Draft, changes: readonly string[] = []): Outcome => ({
  kind: 'kept',
  draft,
  changes,
});
/** For the changes of a rule that moved spans. */
export const lostSpans = (lost: number): string[] =>
  lost === 0 ? [] : [`${lost} span${lost === 1 ? '' : 's'} lost with their text`];
export const dropped = (reason: string): Outcome => ({ kind: 'dropped', reason });

/** A rule that looks at one draft at a time. The version grows whenever its outcome may differ. */
export interface DraftRule {
  readonly name: string;
  readonly version: number;
  apply(draft: Draft, recipe: CleaningRecipe): Outcome | Promise<Outcome>;
}

/** What a rule that compares rows needs to know of one. */
export interface Comparable {
  readonly recordId: string;
  readonly label: string;
  readonly text: string;
}

export interface Duplicate {
  readonly recordId: string;
  /** `exact-duplicate`, `near-duplicate` or `conflicting-label`. */
  readonly reason: string;
  /** The record kept instead, or null when all of them were dropped. */
  readonly keptRecordId: string | null;
}
