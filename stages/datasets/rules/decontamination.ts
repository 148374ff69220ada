import { createOverlap } from '../decontamination/overlap.js';
import { readTestTexts } from '../decontamination/testTexts.js';
import { type CorpusRule, dropped, kept } from './rule.js';

/** Texts that have n words in a row in common with a test text would let the test measure memory. */
export const decontamination: CorpusRule = {
  name: 'decontamination',
  version: 1,
  on: { section: 'decontamination' },
  reasons: ['test-overlap'],
  sees: 'texts',
  learns: false,
  begin: async ({ decontamination: recipe }, ctx) => {
    if (recipe === undefined) return null;
    const overlap = createOverlap(recipe.ngramWords);
    for await (const { origin, text } of readTestTexts(ctx, recipe)) overlap.add(origin, text);
    return {
      apply: (draft) => {
        const origin = overlap.find(draft.text);
        return origin === null ? kept(draft) : dropped('test-overlap', origin);
      },
    };
  },
};
