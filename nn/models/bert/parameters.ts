import { NnError } from '../../errors.js';
import { Random } from '../../random.js';
import { elementCount, float32Tensor, type Tensor } from '../../tensor.js';
import type { BertConfig } from '../types.js';

/** `BertConfig.initializer_range` of every published BERT: the deviation of a fresh weight. */
const INITIALIZER_DEVIATION = 0.02;

/** Every parameter's Hugging Face name and shape, in the order of the forward pass. */
export function parameterShapes(config: BertConfig, labels: number): ReadonlyMap<string, readonly number[]> {
  const { hiddenSize, intermediateSize } = config;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, from: number, to: number) => {
    shapes.set(`${name}.weight`, [to, from]);
    shapes.set(`${name}.bias`, [to]);
  };
  const norm = (name: string) => {
    shapes.set(`${name}.weight`, [hiddenSize]);
    shapes.set(`${name}.bias`, [hiddenSize]);
  };
  const embeddings = 'bert.embeddings';
  shapes.set(`${embeddings}.word_embeddings.weight`, [config.vocabularySize, hiddenSize]);
  shapes.set(`${embeddings}.position_embeddings.weight`, [config.maxPositions, hiddenSize]);
  shapes.set(`${embeddings}.token_type_embeddings.weight`, [config.typeVocabularySize, hiddenSize]);
  norm(`${embeddings}.LayerNorm`);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `bert.encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value'])
      linear(`${at}.attention.self.${part}`, hiddenSize, hiddenSize);
    linear(`${at}.attention.output.dense`, hiddenSize, hiddenSize);
    norm(`${at}.attention.output.LayerNorm`);
    linear(`${at}.intermediate.dense`, hiddenSize, intermediateSize);
    linear(`${at}.output.dense`, intermediateSize, hiddenSize);
    norm(`${at}.output.LayerNorm`);
  }
  linear('bert.pooler.dense', hiddenSize, hiddenSize);
  linear('classifier', hiddenSize, labels);
  return shapes;
}

/**
 * The parameters of a classifier from a checkpoint whose names may lack the `bert.` prefix. Pooler and
 * classifier may be absent and are then drawn from N(0, 0.02) by `seed`, biases zero. A classifier with
 * another number of labels is replaced. Throws BASE_MODEL_UNSUPPORTED for a missing or misshapen weight.
 */
export function loadParameters(
  config: BertConfig,
  labels: number,
  weights: ReadonlyMap<string, Tensor>,
  seed: number,
): Map<string, Tensor> {
  const random = new Random(seed);
  const parameters = new Map<string, Tensor>();
  for (const [name, shape] of parameterShapes(config, labels)) {
    const stored = weights.get(name) ?? weights.get(name.replace(/^bert\./, ''));
    const isHead = name.startsWith('classifier.');
    if (stored && sameDims(stored.dims, shape)) {
      parameters.set(name, requireFloat32(name, stored));
    } else if (isHead || (!stored && name.startsWith('bert.pooler.'))) {
      parameters.set(name, name.endsWith('.bias') ? float32Tensor(shape) : drawn(shape, random));
    } else {
      const found = stored ? `its shape is [${stored.dims}]` : 'it is missing';
      throw new NnError(
        'BASE_MODEL_UNSUPPORTED',
        `the checkpoint needs '${name}' of shape [${shape}]; ${found}`,
        {
          details: { parameter: name, expected: shape, found: stored?.dims },
        },
      );
    }
  }
  return parameters;
}

function drawn(shape: readonly number[], random: Random): Tensor {
  const values = Float32Array.from(
    { length: elementCount(shape) },
    () => random.normal() * INITIALIZER_DEVIATION,
  );
  return float32Tensor(shape, values);
}

function requireFloat32(name: string, tensor: Tensor): Tensor {
  if (tensor.dtype === 'float32') return tensor;
  throw new NnError(
    'BASE_MODEL_UNSUPPORTED',
    `'${name}' must hold floating-point values, it holds ${tensor.dtype}`,
  );
}

function sameDims(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((length, axis) => length === right[axis]);
}
