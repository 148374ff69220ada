import type { CleaningRecipe } from '../../../contracts/index.js';
import type { CleaningContext, CorpusRule, Draft, Outcome, RulePass } from './rule.js';

/** A rule ready to be applied, with its name for the decisions. */
export interface Step {
  readonly name: string;
  apply(draft: Draft): Outcome | Promise<Outcome>;
}

export type NamedPass = RulePass & { readonly name: string };

/** The rules that the recipe asks for, at one place, in their order. @throws whatever a rule's `begin` throws */
export const beginPasses = async (
  rules: readonly CorpusRule[],
  sees: CorpusRule['sees'],
  recipe: CleaningRecipe,
  ctx: CleaningContext,
): Promise<NamedPass[]> => {
  const passes: NamedPass[] = [];
  for (const rule of rules) {
    if (rule.sees !== sees) continue;
    const pass = await rule.begin(recipe, ctx);
    if (pass !== null) passes.push(Object.assign(pass, { name: rule.name }));
  }
  return passes;
};

export const observing = (passes: readonly NamedPass[]): boolean =>
  passes.some(({ observe }) => observe !== undefined);

export const observeAll = (passes: readonly NamedPass[], draft: Draft): void => {
  for (const pass of passes) pass.observe?.(draft);
};
