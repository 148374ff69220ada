import { markRelation as mark, relationFault } from '../../relation.js';
import { type DraftRule, dropped, kept } from './rule.js';

/** The two spans of a relation become marks in the text, which is then classified like any other. */
export const markRelation: DraftRule = {
  name: 'mark-relation',
  version: 1,
  on: { always: 'For relations: the two spans become marks in the text.' },
  reasons: ['span-lost', 'marker-in-text'],
  apply: (draft) => {
    if (draft.labelledBy.from !== 'relation') return kept(draft);
    const { spans = [], text } = draft;
    const head = spans.find(({ label }) => label === 'head');
    const tail = spans.find(({ label }) => label === 'tail');
    if (head === undefined || tail === undefined) return dropped('span-lost');
    const fault = relationFault(text, { head, tail });
    if (fault !== null) return dropped(fault);
    const { spans: _, ...rest } = draft;
    return kept({ ...rest, text: mark(text, { head, tail }) });
  },
};
