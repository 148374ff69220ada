import { htmlToText as readHtml } from '../mail/html.js';
import { type DraftRule, kept } from './rule.js';

/** HTML bodies become the text a reader sees; then subject and bodies are one text. */
export const htmlToText: DraftRule = {
  name: 'html-to-text',
  version: 1,
  on: { always: 'HTML becomes the text a reader sees; subject and bodies become one text.' },
  reasons: [],
  apply: (draft) => {
    const texts = draft.bodies.map(({ kind, content }) => (kind === 'html' ? readHtml(content) : content));
    const text = [draft.subject, ...texts].filter((part) => part.trim() !== '').join('\n\n');
    const wasHtml = draft.bodies.some(({ kind }) => kind === 'html');
    return kept(
      { ...draft, bodies: [], text },
      wasHtml ? ['markup, scripts and addresses of links removed'] : [],
    );
  },
};
