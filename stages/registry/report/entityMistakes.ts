import type { Entity, EvaluationRow } from '../../../contracts/index.js';
import { count } from './format.js';
import { type Html, html } from './html.js';

const SHOWN = 12;
/** Around the first mistake of a long text. */
const EXCERPT_CHARACTERS = 320;
const BEFORE_CHARACTERS = 80;

type Verdict = 'right' | 'missed' | 'spurious';

interface Mark extends Entity {
  readonly verdict: Verdict;
}

const same = (a: Entity, b: Entity): boolean => a.start === b.start && a.end === b.end && a.label === b.label;

/** Found and missed entities of a row by their start. */
const marksOf = ({ entities = [], predictedEntities = [] }: EvaluationRow): Mark[] => {
  const found = predictedEntities.map((entity) => ({
    ...entity,
    verdict: entities.some((truth) => same(truth, entity)) ? ('right' as const) : ('spurious' as const),
  }));
  const missed = entities
    .filter((truth) => !predictedEntities.some((entity) => same(truth, entity)))
    .map((entity) => ({ ...entity, verdict: 'missed' as const }));
  return [...found, ...missed].sort((a, b) => a.start - b.start || a.end - b.end);
};

const SAYS: Readonly<Record<Verdict, string>> = { right: '', missed: 'missed ', spurious: 'wrong ' };

/** A stretch of the text between neighbouring ends of marks, under all the marks that cover it. */
const stretch = (text: string, covering: readonly Mark[], begins: readonly Mark[]): Html => {
  const labels = begins.map(
    ({ label, verdict }) => html`<small class="${verdict}">${SAYS[verdict]}${label}</small>`,
  );
  const inner = covering.reduce<Html>(
    (content, { verdict }) => html`<mark class="${verdict}">${content}</mark>`,
    html`${text}`,
  );
  return html`${labels}${inner}`;
};

/** The text with its entities marked, where a true and a found one overlap one inside the other. */
const highlighted = (text: string, marks: readonly Mark[]): Html => {
  const wrong = marks.find(({ verdict }) => verdict !== 'right')?.start ?? 0;
  const from = text.length <= EXCERPT_CHARACTERS ? 0 : Math.max(0, wrong - BEFORE_CHARACTERS);
  const to = Math.min(text.length, from + EXCERPT_CHARACTERS);
  const shown = marks.filter(({ start, end }) => start < to && end > from);
  const edges = [...new Set([from, to, ...shown.flatMap(({ start, end }) => [start, end])])]
    .filter((edge) => edge >= from && edge <= to)
    .sort((a, b) => a - b);
  const parts = edges.slice(0, -1).map((start, index) => {
    const end = edges[index + 1]!;
    const covering = shown.filter((mark) => mark.start < end && mark.end > start);
    const begins = covering.filter((mark) => Math.max(mark.start, from) === start);
    return stretch(text.slice(start, end), covering, begins);
  });
  return html`${from > 0 && '…'}${parts}${to < text.length && '…'}`;
};

/** Texts with entities missed or wrongly found, those with most mistakes first. */
export const entityMistakesSection = (
  rows: readonly EvaluationRow[],
  texts: ReadonlyMap<string, string>,
): Html => {
  const wrong = rows
    .map((row) => {
      const marks = marksOf(row);
      return { row, marks, mistakes: marks.filter(({ verdict }) => verdict !== 'right').length };
    })
    .filter(({ mistakes }) => mistakes > 0)
    .sort((a, b) => b.mistakes - a.mistakes || (a.row.recordId < b.row.recordId ? -1 : 1));
  if (wrong.length === 0) return html`<p>The model made no mistake on the test split.</p>`;
  const total = (verdict: Verdict) =>
    wrong.reduce((sum, { marks }) => sum + marks.filter((mark) => mark.verdict === verdict).length, 0);
  return html`<p>${count(wrong.length)} of ${count(rows.length)} test texts have a mistake: ${count(total('missed'))} entities missed, ${count(total('spurious'))} wrongly found; an entity with a wrong end or type is both. ${
    wrong.length > SHOWN ? `The ${SHOWN} texts with most of them:` : 'All of these texts:'
  }</p>
<p class="marks"><mark class="right">found</mark> <mark class="missed">missed</mark> <mark class="spurious">wrongly found</mark></p>
<ol class="mistakes">${wrong.slice(0, SHOWN).map(
    ({
      row,
      marks,
    }) => html`<li><p class="said"><span class="muted">group ${row.group} · record <code title="${row.recordId}">${row.recordId.slice(0, 12)}</code></span></p>
<blockquote class="entities">${highlighted(texts.get(row.recordId) ?? '', marks)}</blockquote></li>`,
  )}</ol>`;
};
