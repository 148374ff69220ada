import type { DatasetRow, Pipeline, TrainingRun } from '../../contracts/index.js';
import { addTokens, findDomainWords, withSegmentation } from '../../nn/index.js';
import type { LoadedBaseModel } from './baseModels/index.js';
import { grownBase } from './grownBase.js';
import type { TrainingContext } from './ports.js';

/** The base model as a run begins with it, and how it came from the one that the recipe names. */
export interface PreparedBase {
  readonly base: LoadedBaseModel;
  readonly vocabulary: TrainingRun['vocabulary'];
}

interface Preparation {
  readonly pipeline: Pipeline;
  /** All of the dataset: a smaller run for a learning curve shall read texts as the whole one does. */
  readonly rows: readonly DatasetRow[];
  readonly base: LoadedBaseModel;
}

/**
 * Gives the base model's tokenizer what the recipe asks for: segmentation of Chinese, and the most useful words of the training
 * texts as tokens, with embeddings. From then on its files are those of any base model, so that training, evaluation and
 * serving read texts alike. The same texts give the same files.
 * @throws TOKENIZER_INVALID, BASE_MODEL_UNSUPPORTED, CANCELLED
 */
export const prepareBase = async (
  ctx: TrainingContext,
  { pipeline, rows, base }: Preparation,
): Promise<PreparedBase> => {
  const { vocabulary, segmentation } = pipeline.training;
  if (vocabulary === undefined && segmentation === 'none') return { base, vocabulary: null };
  const from = segmentation === 'jieba' ? withSegmentation(base.tokenizerJson) : base.tokenizerJson;
  const texts = rows.filter(({ split }) => split === 'train').map(({ text }) => text);
  const words =
    vocabulary === undefined
      ? []
      : await findDomainWords(from, watched(ctx, texts), {
          count: vocabulary.add,
          minimumFrequency: vocabulary.minimumFrequency,
          signal: ctx.signal,
        });
  const origin = base.model;
  const saved = words.reduce((sum, word) => sum + word.saved * word.occurrences, 0);
  ctx.log.info({ words: words.length, tokensSaved: saved }, 'the tokenizer has the words of the domain');
  const to = addTokens(
    from,
    words.map(({ text }) => text),
  );
  const prepared =
    words.length > 0 ? await grownBase(ctx, base, { from, to }) : await sameWeights(ctx, base, to);
  return { base: prepared, vocabulary: { origin, words: words.length, tokensSaved: saved } };
};

/** The base model of an earlier run, with the vocabulary that its weights were trained with. */
export const preparedBefore = async (
  ctx: TrainingContext,
  { base: model, vocabulary }: TrainingRun,
  base: LoadedBaseModel,
): Promise<PreparedBase> => {
  if (vocabulary === null) return { base, vocabulary };
  const config = JSON.parse(
    new TextDecoder().decode(await ctx.blobs.get(model.config)),
  ) as typeof base.config;
  // Its weights are not asked for: the run goes on from those that were trained.
  return {
    base: { ...base, model, config, tokenizerJson: await ctx.blobs.get(model.tokenizer) },
    vocabulary,
  };
};

const sameWeights = async (
  { blobs }: TrainingContext,
  base: LoadedBaseModel,
  tokenizerText: string,
): Promise<LoadedBaseModel> => {
  const tokenizerJson = new TextEncoder().encode(tokenizerText);
  return { ...base, tokenizerJson, model: { ...base.model, tokenizer: await blobs.put(tokenizerJson) } };
};

/** Texts between two looks at the progress. */
const TEXTS_PER_PROGRESS = 256;

/** Tells how many of the texts have been read. */
function* watched({ progress }: TrainingContext, texts: readonly string[]): Generator<string> {
  for (const [done, text] of texts.entries()) {
    yield text;
    if (done % TEXTS_PER_PROGRESS > 0) continue;
    progress({
      activity: 'looking for words of the domain',
      done: done + 1,
      total: texts.length,
      unit: 'texts',
      secondsLeft: null,
      figures: {},
    });
  }
}
