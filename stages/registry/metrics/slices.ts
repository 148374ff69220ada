import type { EvaluationRow, Slice } from '../../../contracts/index.js';
import { type BootstrapContext, type BootstrapOptions, bootstrapTally } from './bootstrap.js';
import { judge } from './judged.js';
import { accuracyOf, macroF1Of } from './tally.js';

export interface SliceOptions extends BootstrapOptions {
  readonly labels: readonly string[];
  /** Upper edges of the length slices, in tokens. */
  readonly lengthEdges: readonly number[];
  /** Tokens a text is cut at. */
  readonly maxLength: number;
  readonly sliceRowsMin: number;
}

/** Name of the length slice: a range of tokens, or the limit for texts that fill it and may have been cut. */
const lengthSlices = ({ lengthEdges, maxLength }: SliceOptions) => {
  const edges = [...new Set(lengthEdges)].filter((edge) => edge < maxLength - 1).sort((a, b) => a - b);
  edges.push(maxLength - 1);
  const names = edges.map((edge, index) => `${(edges[index - 1] ?? 0) + 1}–${edge} tokens`);
  const limit = `${maxLength} tokens (the limit)`;
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
): Promise<Pick<Slice, 'accuracy' | 'macroF1'>> => {
  if (rows.length < options.sliceRowsMin) return { accuracy: null, macroF1: null };
  const [accuracy, macroF1] = await bootstrapTally(
    ctx,
    judge(options.labels, rows),
    (tally) => [accuracyOf(tally), macroF1Of(tally)],
    options,
  );
  const severalLabels = new Set(rows.map((row) => row.label)).size > 1;
  return { accuracy: accuracy!, macroF1: severalLabels ? macroF1! : null };
};
