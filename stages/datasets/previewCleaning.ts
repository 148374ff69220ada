import type { CleaningRecipe, Source } from '../../contracts/index.js';
import { applyRules, type Decision, draftOf, stepsOf } from './clean.js';
import { CORPUS_RULES, DRAFT_RULES } from './rules/index.js';
import { beginPasses, observeAll, type Step } from './rules/passes.js';
import type { CleaningContext, Draft } from './rules/rule.js';

export interface PreviewRecord {
  readonly recordId: string;
  readonly format: string;
  readonly raw: Uint8Array;
  readonly source: Pick<Source, 'textFields' | 'label'>;
}

export interface PreviewedRow {
  readonly recordId: string;
  /** As it was read, before any rule that cleans. Empty where it cannot be read. */
  readonly before: string;
  /** Null when a rule drops it. */
  readonly after: string | null;
  readonly decisions: readonly Pick<Decision, 'action' | 'rule' | 'reason'>[];
}

/** What only turns bytes into text. */
const READING = new Set(['decode', 'html-to-text']);

/**
 * What the rules would do with the first `rows` of the records; rules that learn from a corpus learn from all of the records.
 * Nothing is written. Duplicates are not looked for: a sample has few.
 * @throws SOURCE_UNREADABLE for test texts, SECRET_UNRESOLVED, OBJECT_NOT_FOUND
 */
export const previewCleaning = async ({
  ctx,
  input: { cleaning, records, rows },
}: {
  ctx: CleaningContext;
  input: {
    readonly cleaning: CleaningRecipe;
    readonly records: readonly PreviewRecord[];
    readonly rows: number;
  };
}): Promise<readonly PreviewedRow[]> => {
  const first = ({ recordId, format, raw, source }: PreviewRecord): Draft =>
    draftOf(
      { recordId, format, label: '', group: '', textFields: source.textFields, labelledBy: source.label },
      raw,
    );
  const rowPasses = await beginPasses(CORPUS_RULES, 'rows', cleaning, ctx);
  const textPasses = await beginPasses(CORPUS_RULES, 'texts', cleaning, ctx);
  for (const record of records) observeAll(rowPasses, first(record));
  const steps = stepsOf(cleaning, rowPasses);
  const reading: readonly Step[] = DRAFT_RULES.filter(({ name }) => READING.has(name)).map((rule) => ({
    name: rule.name,
    apply: (draft) => rule.apply(draft, cleaning),
  }));
  const ruled: { before: string; record: PreviewRecord; result: Awaited<ReturnType<typeof applyRules>> }[] =
    [];
  for (const [index, record] of records.entries()) {
    const result = await applyRules(first(record), steps);
    if (result.draft !== null) observeAll(textPasses, result.draft);
    if (index >= rows) continue;
    const before = (await applyRules(first(record), reading)).draft?.text ?? '';
    ruled.push({ before, record, result });
  }
  const previewed: PreviewedRow[] = [];
  for (const { before, record, result } of ruled) {
    const last = result.draft === null ? result : await applyRules(result.draft, textPasses);
    const decisions = result.draft === null ? result.decisions : [...result.decisions, ...last.decisions];
    previewed.push({ recordId: record.recordId, before, after: last.draft?.text ?? null, decisions });
  }
  return previewed;
};
