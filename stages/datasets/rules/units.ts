import { currencyEdits } from '../text/currencies.js';
import { numberForm } from '../text/numbers.js';
import { meets, protectedRanges } from '../text/protectedRanges.js';
import { quantityEdits } from '../text/quantities.js';
import { counted, rewritten, untangled } from './rewrite.js';
import { optionalRule } from './rule.js';

/** Quantities in one unit a kind, amounts of money with their currency's code. Numbers are read as the locale writes them. */
export const units = optionalRule(
  { section: 'units', name: 'units', version: 1, reasons: [] },
  (draft, { locale, kinds }, { numbers }) => {
    const { text } = draft;
    // The numbers rule comes first: what it has rewritten has a decimal point in every locale.
    const form = numberForm(numbers === undefined ? locale : 'en');
    const ranges = protectedRanges(text);
    const edits = untangled([
      ...quantityEdits(text, locale, kinds, form),
      ...(kinds.includes('currency') ? currencyEdits(text, locale, form) : []),
    ]).filter((edit) => !meets(ranges, edit));
    return rewritten(draft, edits, (count) => `${counted(count, 'quantity', 'quantities')} rewritten`);
  },
);
