import { z } from 'zod';
import { plumblineError, TEXT_CHARACTERS_MAX, TEXTS_MAX } from '../../contracts/index.js';
import type { Classified, LoadedModel } from '../../stages/serving/index.js';

/**
 * Bodies of the Open Inference Protocol v2 (REST) for a text classifier: one input tensor `text` BYTES [n]; output
 * tensors `label` BYTES [n] and `scores` FP32 [n, labels]. Unknown members are allowed, as the protocol asks.
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

const OUTPUTS = ['label', 'scores'] as const;
type OutputName = (typeof OUTPUTS)[number];
const isOutputName = (name: string): name is OutputName => (OUTPUTS as readonly string[]).includes(name);

/** -1 stands for a size that varies. */
export const modelMetadata = (
  model: LoadedModel,
  versions: readonly string[],
): z.infer<typeof ModelMetadata> => ({
  name: model.model,
  versions: [...versions],
  platform: 'onnxruntime_onnx',
  inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
  outputs: [
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

/** The outputs asked for, all of them where none is named. @throws REQUEST_INVALID */
export const outputsOf = ({ outputs }: InferenceRequest): readonly OutputName[] => {
  if (outputs === undefined || outputs.length === 0) return OUTPUTS;
  return outputs.map(({ name }, index) => {
    if (!isOutputName(name))
      throw invalid(`outputs.${index}.name`, `expected "label" or "scores", found ${JSON.stringify(name)}`);
    return name;
  });
};

export const inferenceResponse = (
  model: LoadedModel,
  classified: readonly Classified[],
  { id, names }: { readonly id: string | undefined; readonly names: readonly OutputName[] },
): InferenceResponse => {
  const rows = classified.length;
  const tensor = {
    label: () => ({
      name: 'label',
      datatype: 'BYTES',
      shape: [rows],
      data: classified.map(({ label }) => label),
    }),
    scores: () => ({
      name: 'scores',
      datatype: 'FP32',
      shape: [rows, model.labels.length],
      data: classified.flatMap(({ probabilities }) => [...probabilities]),
    }),
  };
  return {
    model_name: model.model,
    model_version: String(model.version),
    ...(id === undefined ? {} : { id }),
    outputs: names.map((name) => tensor[name]()),
  };
};
