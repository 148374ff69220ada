import { z } from 'zod';
import { plumblineError, TASK_RULES, TEXT_CHARACTERS_MAX, TEXTS_MAX } from '../../contracts/index.js';
import type { Classified, Extracted, LoadedModel } from '../../stages/serving/index.js';

/**
 * Bodies of the Open Inference Protocol v2 (REST): one input tensor `text` BYTES [n]; of a text classifier the output
 * tensors `label` BYTES [n] and `scores` FP32 [n, labels], of a finder of entities `entities` BYTES [n], a JSON list a
 * text. Unknown members are allowed, as the protocol asks.
 */
const Parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const RequestInput = z.looseObject({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  datatype: z.string(),
  parameters: Parameters.optional(),
  data: z.array(z.unknown()).max(TEXTS_MAX),
});

export const InferenceRequest = z
  .looseObject({
    id: z.string().max(128).optional(),
    parameters: Parameters.optional(),
    inputs: z.array(RequestInput).min(1).max(16),
    outputs: z.array(z.looseObject({ name: z.string() })).optional(),
  })
  .meta({ id: 'InferenceRequest' });
export type InferenceRequest = z.infer<typeof InferenceRequest>;

const OutputTensor = z.object({
  name: z.string(),
  shape: z.array(z.number().int()),
  datatype: z.string(),
  data: z.array(z.union([z.string(), z.number()])),
});

export const InferenceResponse = z
  .object({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional(),
    outputs: z.array(OutputTensor),
  })
  .meta({ id: 'InferenceResponse' });
export type InferenceResponse = z.infer<typeof InferenceResponse>;

const MetadataTensor = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number().int()) });

export const ModelMetadata = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(MetadataTensor),
    outputs: z.array(MetadataTensor),
  })
  .meta({ id: 'ModelMetadata' });

export const ServerMetadata = z
  .object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })
  .meta({ id: 'ServerMetadata' });

export const findsEntities = ({ task }: Pick<LoadedModel, 'task'>): boolean =>
  TASK_RULES[task].head === 'token-classification';

const outputNames = (model: Pick<LoadedModel, 'task'>): readonly string[] =>
  findsEntities(model) ? ['entities'] : ['label', 'scores'];

/** -1 stands for a size that varies. */
export const modelMetadata = (
  model: LoadedModel,
  versions: readonly string[],
): z.infer<typeof ModelMetadata> => ({
  name: model.model,
  versions: [...versions],
  platform: 'onnxruntime_onnx',
  inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
  outputs: findsEntities(model)
    ? [{ name: 'entities', datatype: 'BYTES', shape: [-1] }]
    : [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        { name: 'scores', datatype: 'FP32', shape: [-1, model.labels.length] },
      ],
});

const invalid = (path: string, found: string) =>
  plumblineError('REQUEST_INVALID', `${path}: ${found}`, { details: { fields: [`${path}: ${found}`] } });

const textOf = (value: unknown, index: number): string => {
  const path = `inputs.0.data.${index}`;
  if (typeof value !== 'string')
    throw invalid(path, `expected a string, found ${value === null ? 'null' : typeof value}`);
  if (value.length === 0) throw invalid(path, 'the text is empty');
  if (value.length > TEXT_CHARACTERS_MAX)
    throw invalid(
      path,
      `the text has ${value.length} characters; at most ${TEXT_CHARACTERS_MAX} may be sent`,
    );
  return value;
};

/** The texts of a request. @throws REQUEST_INVALID naming the member that does not fit the model's metadata. */
export const textsOf = ({ inputs }: InferenceRequest): string[] => {
  const [input, extra] = inputs;
  if (input === undefined || input.name !== 'text')
    throw invalid('inputs.0.name', `expected "text", found ${JSON.stringify(input?.name)}`);
  if (extra !== undefined)
    throw invalid('inputs.1', `the model has one input, "text"; found ${inputs.length}`);
  if (input.datatype !== 'BYTES')
    throw invalid('inputs.0.datatype', `expected "BYTES", found ${JSON.stringify(input.datatype)}`);
  const [rows] = input.shape;
  if (input.shape.length !== 1 || rows === undefined || rows < 1)
    throw invalid('inputs.0.shape', `expected [n] with n >= 1, found ${JSON.stringify(input.shape)}`);
  if (rows !== input.data.length)
    throw invalid('inputs.0.data', `shape says ${rows} texts, data has ${input.data.length}`);
  return input.data.map(textOf);
};

/** The outputs asked for, all of the model's where none is named. @throws REQUEST_INVALID */
export const outputsOf = (
  { outputs }: InferenceRequest,
  model: Pick<LoadedModel, 'task'>,
): readonly string[] => {
  const names = outputNames(model);
  if (outputs === undefined || outputs.length === 0) return names;
  return outputs.map(({ name }, index) => {
    if (!names.includes(name))
      throw invalid(
        `outputs.${index}.name`,
        `expected ${names.map((known) => JSON.stringify(known)).join(' or ')}, found ${JSON.stringify(name)}`,
      );
    return name;
  });
};

type Tensor = z.infer<typeof OutputTensor>;

export const classifiedTensors = (model: LoadedModel, classified: readonly Classified[]): Tensor[] => [
  {
    name: 'label',
    datatype: 'BYTES',
    shape: [classified.length],
    data: classified.map(({ label }) => label),
  },
  {
    name: 'scores',
    datatype: 'FP32',
    shape: [classified.length, model.labels.length],
    data: classified.flatMap(({ probabilities }) => [...probabilities]),
  },
];

export const extractedTensors = (extracted: readonly Extracted[]): Tensor[] => [
  {
    name: 'entities',
    datatype: 'BYTES',
    shape: [extracted.length],
    data: extracted.map(({ entities }) => JSON.stringify(entities)),
  },
];

export const inferenceResponse = (
  model: LoadedModel,
  tensors: readonly Tensor[],
  { id, names }: { readonly id: string | undefined; readonly names: readonly string[] },
): InferenceResponse => ({
  model_name: model.model,
  model_version: String(model.version),
  ...(id === undefined ? {} : { id }),
  outputs: names.flatMap((name) => tensors.find((tensor) => tensor.name === name) ?? []),
});
