import type { EvaluationRow } from '../../../contracts/index.js';
import { excerpt, figure } from './format.js';
import { type Html, html } from './html.js';

const SHOWN = 12;
const EXCERPT_CHARACTERS = 220;

/** The wrong rows the model was surest of; what is mislabelled in the data shows here first. */
export const mistakesSection = (rows: readonly EvaluationRow[], texts: ReadonlyMap<string, string>): Html => {
  const wrong = rows
    .filter((row) => row.predicted !== row.label)
    .map((row) => ({ row, score: Math.max(...row.scores) }))
    .sort((a, b) => b.score - a.score || (a.row.recordId < b.row.recordId ? -1 : 1));
  if (wrong.length === 0) return html`<p>The model made no mistake on the test split.</p>`;
  return html`<p>${wrong.length} of ${rows.length} test rows are wrong. ${
    wrong.length > SHOWN ? `The ${SHOWN} the model was surest of:` : 'All of them, the surest first:'
  } a sure mistake is often a wrong label in the data.</p>
<ol class="mistakes">${wrong.slice(0, SHOWN).map(
    ({ row, score }) => html`<li><p class="said"><b>${row.label}</b> taken for <b>${row.predicted}</b>
<span class="score">score ${figure(score)}</span> <span class="muted">group ${row.group} · record <code title="${row.recordId}">${row.recordId.slice(0, 12)}</code></span></p>
<blockquote>${excerpt(texts.get(row.recordId) ?? '', EXCERPT_CHARACTERS)}</blockquote></li>`,
  )}</ol>`;
};
