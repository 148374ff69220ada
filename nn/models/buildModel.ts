import { NnError } from '../errors.js';
import { encodeModel } from '../graph/encode.js';
import type { Graph } from '../graph/ir.js';
import { writeModelFile } from '../graph/modelFile.js';
import { GraphBuilder } from '../ops/builder.js';
import type { Tensor } from '../tensor.js';
import { type ConfigFields, configFields, unsupported } from './configFields.js';
import { familyOf } from './families.js';
import { PaddedLayout } from './layers/paddedLayout.js';
import { loadParameters } from './parameters.js';
import { TASK_RULES } from './tasks.js';
import { type Model, TASKS, type Task } from './types.js';

export interface ModelSource {
  /** The parsed Hugging Face `config.json`. */
  readonly configJson: unknown;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly task: Task;
  /** At least two, each once; their order is the order of the scores. Default: the config's `id2label`. */
  readonly labels?: readonly string[];
  /** Decides the weights of a head the checkpoint lacks. */
  readonly seed: number;
}

/**
 * `transformers`' model of the config's family with the task's head, in evaluation mode, without dropout. Throws
 * BASE_MODEL_UNSUPPORTED for another architecture, a task that the family has no head for or a checkpoint that lacks
 * weights, LABEL_UNKNOWN for fewer than two or repeated labels.
 */
export function buildModel({ configJson, weights, task, labels: given, seed }: ModelSource): Model {
  const fields = configFields(configJson);
  const labels = TASK_RULES[task].hasLabels ? requireLabels(given ?? labelsOf(fields)) : [];
  const family = familyOf(fields);
  if (!family.tasks[task]) {
    throw unsupported('model_type', fields['model_type'], `a family with a head for ${task}`);
  }
  const config = family.readConfig(fields, weights);
  const head = { task, labels: labels.length };
  const parameters = loadParameters(family.parameters(config, head), family.prefix, weights, seed);
  const builder = new GraphBuilder();
  family.declareInputs(builder, { purpose: 'inference', rows: 'batch', packed: false });
  for (const [name, tensor] of parameters) builder.initializer(name, tensor);
  const outputs = family.forward({
    builder,
    config,
    head,
    purpose: 'inference',
    layout: new PaddedLayout(builder),
  });
  const graph = builder.build(graphName(task), outputs);
  return { modelType: config.modelType, task, config, labels, graph, parameters };
}

/** The task of the `transformers` class a `config.json` names. Throws BASE_MODEL_UNSUPPORTED. */
export function taskOf(configJson: unknown): Task {
  const fields = configFields(configJson);
  const { tasks } = familyOf(fields);
  const named = Array.isArray(fields['architectures']) ? (fields['architectures'][0] as unknown) : undefined;
  const task = TASKS.find((candidate) => tasks[candidate] !== undefined && tasks[candidate] === named);
  if (!task) throw unsupported('architectures', fields['architectures'], Object.values(tasks).join(' or '));
  return task;
}

/**
 * The inference model as an ONNX file: standard operators only, weights under their Hugging Face names, the
 * labels as a JSON array in `metadata_props`. Throws GRAPH_INVALID for more than 2 GB, see `writeOnnxFile`.
 */
export function exportOnnx(model: Model): Uint8Array {
  return encodeModel(withParameters(model), metadataOf(model));
}

/** `exportOnnx` of a model of any size into a file, with its weights beside it, see `writeModelFile`. */
export function writeOnnxFile(path: string, model: Model): void {
  writeModelFile(path, withParameters(model), metadataOf(model));
}

function withParameters({ graph, parameters }: Model): Graph {
  const initializers = new Map(
    [...graph.initializers].map(([name, tensor]) => [name, parameters.get(name) ?? tensor]),
  );
  return { ...graph, initializers };
}

function metadataOf({ labels }: Model): Readonly<Record<string, string>> {
  return { labels: JSON.stringify(labels) };
}

function graphName(task: Task): string {
  return task === 'sequence-classification' ? 'classifier' : task;
}

function labelsOf(fields: ConfigFields): string[] {
  const names = fields['id2label'];
  if (typeof names !== 'object' || names === null) return [];
  return Object.entries(names)
    .sort(([left], [right]) => Number(left) - Number(right))
    .map(([, label]) => String(label));
}

function requireLabels(labels: readonly string[]): string[] {
  if (labels.length >= 2 && new Set(labels).size === labels.length) return [...labels];
  throw new NnError(
    'LABEL_UNKNOWN',
    `a classifier needs at least two different labels, given: ${labels.join(', ')}`,
  );
}
