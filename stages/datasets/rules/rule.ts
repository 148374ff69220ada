import type { CleaningRecipe, Entity, OptionalRule, RecipeOf, Source } from '../../../contracts/index.js';
import type { Body } from '../mail/body.js';
import type { DatasetsContext } from '../ports.js';

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

/**
 * What a rule did with a draft. Changes are for people. Drops are counted by their reason, a short kebab-case word; the
 * detail says what was measured and what is allowed.
 */
export type Outcome =
  | { readonly kind: 'kept'; readonly draft: Draft; readonly changes: readonly string[] }
  | { readonly kind: 'dropped'; readonly reason: string; readonly detail?: string };

export const kept = (draft: Draft, changes: readonly string[] = []): Outcome => ({
  kind: 'kept',
  draft,
  changes,
});
/** For the changes of a rule that moved spans. */
export const lostSpans = (lost: number): string[] =>
  lost === 0 ? [] : [`${lost} span${lost === 1 ? '' : 's'} lost with their text`];
export const dropped = (reason: string, detail?: string): Outcome => ({
  kind: 'dropped',
  reason,
  ...(detail !== undefined && { detail }),
});

/** What the table of rules says of each. The version grows whenever its outcome may differ. */
export interface RuleEntry {
  readonly name: string;
  readonly version: number;
  /** The section of the recipe that turns it on, or what it does where it is always on. */
  readonly on: { readonly section: OptionalRule } | { readonly always: string };
  /** Why it drops records. */
  readonly reasons: readonly string[];
}

/** A rule that looks at one draft at a time. */
export interface DraftRule extends RuleEntry {
  apply(draft: Draft, recipe: CleaningRecipe): Outcome | Promise<Outcome>;
}

/** A draft rule that does nothing while its section of the recipe is left out. */
export const optionalRule = <K extends OptionalRule>(
  entry: Omit<RuleEntry, 'on'> & { readonly section: K },
  apply: (draft: Draft, recipe: RecipeOf<K>, whole: CleaningRecipe) => Outcome | Promise<Outcome>,
): DraftRule => {
  const { section, ...rest } = entry;
  return {
    ...rest,
    on: { section },
    apply: (draft, recipe) => {
      const own = recipe[section];
      return own === undefined ? kept(draft) : apply(draft, own, recipe);
    },
  };
};

/** One cleaning's use of a rule: what it has learnt lives as long as the cleaning. */
export interface RulePass {
  /** Sees every draft before any is judged. Left out by rules that need the world, not the other drafts. */
  observe?(draft: Draft): void;
  apply(draft: Draft): Outcome;
}

/** What a rule may ask of the world. */
export interface CleaningContext extends Pick<DatasetsContext, 'secrets'> {
  readonly artifacts: Pick<DatasetsContext['artifacts'], 'get'>;
  readonly blobs: Pick<DatasetsContext['blobs'], 'get'>;
}

/**
 * A rule that learns from all drafts, or asks the world, before it judges one. `rows` sees drafts before they are decoded,
 * `texts` what the draft rules made of them; all rules of a place observe in one pass, before any of them changes a draft.
 */
export interface CorpusRule extends RuleEntry {
  /** Whether its passes observe. */
  readonly learns: boolean;
  readonly sees: 'rows' | 'texts';
  /** Null where the recipe does without the rule. */
  begin(recipe: CleaningRecipe, ctx: CleaningContext): Promise<RulePass | null> | RulePass | null;
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
