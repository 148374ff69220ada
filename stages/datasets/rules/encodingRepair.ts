import { mojibakeEdits } from '../text/mojibake.js';
import { type Edit, rewritten } from './rewrite.js';
import { type Draft, kept, type Outcome, optionalRule } from './rule.js';

/** Text that went wrong twice is repaired twice; more than that is noise. */
const ROUNDS_MAX = 3;

/** UTF-8 that was once read in another encoding becomes what it was. Comes before controls are removed: they are bytes here. */
export const encodingRepair = optionalRule(
  { section: 'encodingRepair', name: 'encoding-repair', version: 1, reasons: [] },
  (draft, { encodings }) => {
    let outcome: Outcome = kept(draft);
    const changes: string[] = [];
    let current: Draft = draft;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const edits: readonly Edit[] = mojibakeEdits(current.text, encodings);
      if (edits.length === 0) break;
      outcome = rewritten(
        current,
        edits,
        (count) => `${count} misread character${count === 1 ? '' : 's'} repaired`,
      );
      if (outcome.kind === 'dropped') break;
      changes.push(...outcome.changes);
      current = outcome.draft;
    }
    return kept(current, changes);
  },
);
