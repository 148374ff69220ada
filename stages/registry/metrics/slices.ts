import { countedLabels, type EvaluationRow, type Slice } from '../../../contracts/index.js';
import { type BootstrapContext, type BootstrapOptions, bootstrapTally } from './bootstrap.js';
import { judgeRows } from './judged.js';
import { accuracyOf, macroF1Of, totalsOf } from './tally.js';

export interface SliceOptions extends BootstrapOptions {
  readonly labels: readonly string[];
  /** Upper edges of the length slices, in tokens. */
  readonly lengthEdges: readonly number[];
  /** Tokens a model reads at once, and whether it reads no more of a text. */
  readonly maxLength: number;
  readonly cutAtLimit: boolean;
  readonly sliceRowsMin: number;
}

/** Name of the length slice: a range of tokens, or the limit for texts that fill it and may have been cut. */
const lengthSlices = ({ lengthEdges, maxLength, cutAtLimit }: SliceOptions) => {
  const edges = [...new Set(lengthEdges)].filter((edge) => edge < maxLength - 1).sort((a, b) => a - b);
  edges.push(maxLength - 1);
  const names = edges.map((edge, index) => `${(edges[index - 1] ?? 0) + 1}–${edge} tokens`);
  const limit = cutAtLimit ? `${maxLength} tokens (the limit)` : `${maxLength} tokens or more`;
  return {
    names: [...names, limit],
    nameOf: (tokens: number) => names[edges.findIndex((edge) => tokens <= edge)] ?? limit,
  };
};

/**
 * Accuracy and macro-F1 by source group and by length. Slices below `sliceRowsMin` rows have no figures; a
 * slice whose rows all have one label has no macro-F1, which would measure the absent classes.
 * @throws as bootstrap
 */
export const slicesOf = async (
  ctx: BootstrapContext,
  rows: readonly EvaluationRow[],
  options: SliceOptions,
): Promise<Slice[]> => {
  const length = lengthSlices(options);
  const groups = [...new Set(rows.map((row) => row.group))].sort();
  const wanted = [
    ...groups.map((value) => ({ by: 'group' as const, value, nameOf: (row: EvaluationRow) => row.group })),
    ...length.names.map((value) => ({
      by: 'length' as const,
      value,
      nameOf: (row: EvaluationRow) => length.nameOf(row.tokens),
    })),
  ];
  const slices: Slice[] = [];
  for (const { by, value, nameOf } of wanted) {
    const inSlice = rows.filter((row) => nameOf(row) === value);
    if (inSlice.length > 0)
      slices.push({ by, value, rows: inSlice.length, ...(await figuresOf(ctx, inSlice, options)) });
  }
  return slices;
};

const figuresOf = async (
  ctx: BootstrapContext,
  rows: readonly EvaluationRow[],
  options: SliceOptions,
): Promise<Pick<Slice, 'accuracy' | 'macroF1' | 'entityF1'>> => {
  const judged = judgeRows(options.labels, rows);
  const ofEntities = !('truth' in judged);
  if (rows.length < options.sliceRowsMin)
    return { accuracy: null, macroF1: null, ...(ofEntities && { entityF1: null }) };
  const [accuracy, macroF1, entityF1] = await bootstrapTally(
    ctx,
    judged,
    (tally) => [accuracyOf(tally), macroF1Of(tally), totalsOf(tally)[2]],
    options,
  );
  const labels = new Set(rows.flatMap((row) => countedLabels(row))).size;
  return {
    accuracy: accuracy!,
    macroF1: labels > 1 ? macroF1! : null,
    // Where no text has an entity there is none to find.
    ...(ofEntities && { entityF1: labels > 0 ? entityF1! : null }),
  };
};
