import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../../autodiff/differentiate.js';
import { createRunner } from '../../exec/createRunner.js';
import { encodeModel } from '../../graph/encode.js';
import { GraphBuilder } from '../../ops/builder.js';
import { float32Data, float32Tensor, int64Tensor, type Tensor } from '../../tensor.js';
import { PaddedLayout } from '../layers/paddedLayout.js';
import { multipleNegatives, triplet } from './contrastive.js';
import { crossEntropy } from './crossEntropy.js';

interface LossCase {
  readonly loss: number;
  readonly gradient: readonly number[];
}

interface CrossEntropyCase extends LossCase {
  readonly classes: number;
  readonly classWeights: readonly number[] | null;
  readonly labelSmoothing: number;
  readonly logits: readonly number[];
  readonly labels: readonly number[];
}

interface ContrastiveCase extends LossCase {
  readonly kind: 'multiple-negatives' | 'triplet';
  readonly option: number;
  readonly width: number;
  readonly embeddings: readonly number[];
}

const cases = JSON.parse(readFileSync(new URL('../goldens/losses.json', import.meta.url), 'utf8')) as {
  readonly crossEntropy: readonly CrossEntropyCase[];
  readonly contrastive: readonly ContrastiveCase[];
};

async function lossAndGradient(
  builder: GraphBuilder,
  loss: string,
  value: string,
  feeds: Record<string, Tensor>,
): Promise<LossCase> {
  const gradient = differentiate(builder, loss, [value]).get(value)!;
  const runner = await createRunner(encodeModel(builder.build('loss', { loss, gradient })), { threads: 1 });
  const results = await runner.run(feeds, { loss: null, gradient: null });
  await runner.dispose();
  return {
    loss: float32Data(results['loss']!)[0]!,
    gradient: [...float32Data(results['gradient']!)],
  };
}

function expectClose(found: LossCase, wanted: LossCase): void {
  expect(found.loss).toBeCloseTo(wanted.loss, 5);
  expect(found.gradient).toHaveLength(wanted.gradient.length);
  found.gradient.forEach((value, at) => {
    expect(value).toBeCloseTo(wanted.gradient[at]!, 5);
  });
}

const longs = (values: readonly number[], dims = [values.length]) =>
  int64Tensor(dims, BigInt64Array.from(values, BigInt));
const floats = (values: readonly number[], dims: number[]) => float32Tensor(dims, Float32Array.from(values));

const titled = cases.crossEntropy.map((row) => {
  const weights = row.classWeights ? 'weighted ' : '';
  return [`${row.classes} ${weights}classes, smoothing ${row.labelSmoothing}`, row] as const;
});

describe('cross-entropy equals torch.nn.functional.cross_entropy, with two labels ignored', () => {
  it.each(titled)('%s', async (_, row) => {
    const builder = new GraphBuilder();
    builder.input('logits', 'float32', ['rows', row.classes]);
    builder.input('labels', 'int64', ['rows']);
    const { classWeights, labelSmoothing } = row;
    const options = { labelSmoothing, ...(classWeights && { classWeights }) };
    const loss = crossEntropy(builder, 'logits', 'labels', options);
    const feeds = { logits: floats(row.logits, [7, row.classes]), labels: longs(row.labels) };
    expectClose(await lossAndGradient(builder, loss, 'logits', feeds), row);
  });

  it('fails the run for a label outside a vocabulary, with a code', async () => {
    const builder = new GraphBuilder();
    builder.input('logits', 'float32', ['rows', 90]);
    builder.input('labels', 'int64', ['rows']);
    const loss = crossEntropy(builder, 'logits', 'labels');
    const feeds = { logits: float32Tensor([1, 90]), labels: longs([90]) };
    await expect(lossAndGradient(builder, loss, 'logits', feeds)).rejects.toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
  });

  it.each([
    [{ classWeights: [1, 2] }, /3 classes need as many weights, 2 given/],
    [{ classWeights: [1, -1, 1] }, /finite and not negative/],
    [{ classWeights: [1, Number.NaN, 1] }, /finite and not negative/],
    [{ labelSmoothing: 1 }, /from 0 up to 1/],
    [{ labelSmoothing: Number.NaN }, /from 0 up to 1/],
  ])('refuses the options %j', (options, message) => {
    const builder = new GraphBuilder();
    builder.input('logits', 'float32', ['rows', 3]);
    builder.input('labels', 'int64', ['rows']);
    expect(() => crossEntropy(builder, 'logits', 'labels', options)).toThrow(message);
  });
});

describe('contrastive losses equal their definitions in PyTorch', () => {
  it.each(cases.contrastive.map((row) => [`${row.kind} ${row.option}`, row] as const))(
    '%s',
    async (_, row) => {
      const builder = new GraphBuilder();
      const [rows, make] = row.kind === 'triplet' ? ['3*triplets', triplet] : ['2*pairs', multipleNegatives];
      builder.input('input_ids', 'int64', [rows as string, 'sequence']);
      builder.input('embeddings', 'float32', [rows as string, row.width]);
      const loss = make(builder, 'embeddings', row.option, new PaddedLayout(builder));
      const count = row.embeddings.length / row.width;
      const feeds = {
        input_ids: int64Tensor([count, 2]),
        embeddings: floats(row.embeddings, [count, row.width]),
      };
      expectClose(await lossAndGradient(builder, loss, 'embeddings', feeds), row);
    },
  );
});
