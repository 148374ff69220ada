import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../autodiff/differentiate.js';
import { createRunner } from '../exec/createRunner.js';
import { int } from '../graph/attributes.js';
import { decodeModel } from '../graph/decode.js';
import { encodeModel } from '../graph/encode.js';
import {
  buildEvaluationModel,
  buildTrainingGraph,
  evaluationGraphOf,
  trainingGraphOf,
} from '../models/training.js';
import { GraphBuilder } from '../ops/builder.js';
import { LossScaler } from '../optim/lossScaler.js';
import { float32Data, float32Tensor, isHalf, type Tensor } from '../tensor.js';
import { mixedPrecision } from './mixedPrecision.js';
import { computeStep, goldenStep } from './testing/goldenStep.js';

const float16 = { half: 'float16', products: 'emulated' } as const;
const native = { half: 'float16', products: 'native' } as const;

const normOf = (gradients: ReadonlyMap<string, Tensor>) =>
  Math.hypot(...[...gradients.values()].flatMap((tensor) => [...float32Data(tensor)]));

describe('loss scaling', () => {
  it('shows an overflow as a gradient norm that is not finite, and recovers by halving the scale', async () => {
    const step = goldenStep('bert-sequence-classification');
    const scaler = new LossScaler({
      initialScale: 2 ** 22,
      growthInterval: 2000,
      minScale: 1,
      maxScale: 2 ** 24,
    });
    let accepted = false;
    while (!accepted) {
      const { loss, gradients } = await computeStep(step, { precision: float16, lossScale: scaler.scale });
      // The loss itself is not scaled, so it tells nothing.
      expect(loss).toBeCloseTo(step.loss, 3);
      accepted = scaler.accept(normOf(gradients));
      if (accepted) expect(normOf(gradients)).toBeCloseTo(normOf(step.gradients), 2);
    }
    expect(scaler.state.skippedSteps).toBeGreaterThan(0);
    expect(scaler.scale).toBeGreaterThan(2 ** 10);
  });

  it('keeps gradients that are too small for float16', async () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', ['rows', 2]);
    const weight = builder.input('weight', 'float32', [2, 2]);
    const scale = builder.input('loss_scale', 'float32', []);
    const y = builder.emit('Gemm-13', [x, weight]);
    const small = builder.emit('Mul-14', [y, builder.scalar(1e-9)]);
    const loss = builder.emit('ReduceSum-13', [small], { keepdims: int(0) });
    const gradient = differentiate(builder, builder.emit('Mul-14', [loss, scale]), ['weight']).get('weight')!;
    const graph = mixedPrecision(builder.build('small', { gradient }), float16);
    const runner = await createRunner(encodeModel(graph), { threads: 1 });
    const gradientUnder = async (value: number) => {
      const feeds = {
        x: float32Tensor([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
        weight: float32Tensor([2, 2]),
        loss_scale: float32Tensor([], Float32Array.of(value)),
      };
      return Array.from(
        float32Data((await runner.run(feeds, { gradient: null }))['gradient']!),
        (g) => g / value,
      );
    };
    expect(await gradientUnder(1)).toEqual([0, 0, 0, 0]);
    const kept = await gradientUnder(2 ** 20);
    [9e-9, 9e-9, 12e-9, 12e-9].forEach((wanted, at) => {
      expect(Math.abs(kept[at]! - wanted)).toBeLessThanOrEqual(2 ** -10 * wanted);
    });
    await runner.dispose();
  });

  it('keeps more of a model, and bfloat16 needs none', async () => {
    const step = goldenStep('gpt2-causal-lm');
    const vanished = async (options: Parameters<typeof computeStep>[1]) => {
      const { gradients } = await computeStep(step, options);
      return [...gradients].reduce((count, [name, found]) => {
        const exact = float32Data(step.gradients.get(name)!);
        return count + float32Data(found).filter((value, at) => value === 0 && exact[at] !== 0).length;
      }, 0);
    };
    // A scale below 1 stands for a loss whose gradients are as much smaller.
    const lost = await vanished({ precision: float16, lossScale: 2 ** -16 });
    expect(await vanished({ precision: float16, lossScale: 1 })).toBeLessThan(lost / 4);
    expect(await vanished({ precision: { half: 'bfloat16', products: 'emulated' } })).toBeLessThan(lost / 4);
    const built = buildTrainingGraph(step.model, {
      trainable: () => true,
      precision: { half: 'bfloat16', products: 'emulated' },
    });
    expect(built.inputs).not.toContain('loss_scale');
  });
});

describe('a model in half precision', () => {
  const { model } = goldenStep('gpt2-causal-lm');
  const trainable = (name: string) => name.includes('.h.1.');

  it('takes float32 parameters and gives float32 gradients', () => {
    const built = buildTrainingGraph(model, { trainable, precision: native });
    const { graph } = decodeModel(built.model);
    expect([...graph.inputs, ...graph.outputs].filter(({ dtype }) => isHalf(dtype))).toEqual([]);
    expect(built.inputs).toContain('loss_scale');
    const float32 = decodeModel(buildTrainingGraph(model, { trainable }).model).graph;
    expect(graph.outputs).toEqual(float32.outputs);
  });

  it('holds frozen weights in the form they are read in: a tied table in both, a projection halved', () => {
    const { initializers } = decodeModel(buildEvaluationModel(model, { trainable, precision: native })).graph;
    const dtypes = (parameter: string) =>
      [...initializers].filter(([name]) => name.startsWith(parameter)).map(([, { dtype }]) => dtype);
    expect(dtypes('transformer.wte.weight')).toEqual(['float32', 'float16']);
    expect(dtypes('transformer.h.0.mlp.c_fc.weight')).toEqual(['float16']);
    expect(dtypes('transformer.h.0.ln_1.weight')).toEqual(['float32']);
  });

  it('shares its rounded weights with the graph that evaluates it', () => {
    const precision = { ...native, rounded: new Map() };
    const graphs = [
      trainingGraphOf(model, { trainable, precision }).graph,
      evaluationGraphOf(model, { trainable, precision }),
    ];
    const [training, evaluation] = graphs.map((graph) =>
      [...graph.initializers].filter(([name]) => name.endsWith('/float16')).map(([, { data }]) => data),
    );
    expect(training!.length).toBeGreaterThan(4);
    training!.forEach((data, at) => {
      expect(evaluation![at]).toBe(data);
    });
  });

  it('computes the same bits when activations are computed again', async () => {
    const step = goldenStep('bert-sequence-classification');
    const kept = await computeStep(step, { precision: float16, lossScale: 1024 });
    const again = await computeStep(step, {
      precision: float16,
      lossScale: 1024,
      recomputeFor: { batch: 16, sequence: 32 },
    });
    expect(again.loss).toBe(kept.loss);
    for (const [name, gradient] of kept.gradients) expect(again.gradients.get(name)).toEqual(gradient);
  });

  it('casts a trained parameter once for both passes', () => {
    const { nodes } = decodeModel(buildTrainingGraph(model, { trainable, precision: native }).model).graph;
    const weight = 'transformer.h.1.mlp.c_fc.weight';
    expect(nodes.filter(({ inputs }) => inputs.includes(weight)).map(({ op }) => op)).toEqual(['Cast-19']);
    expect(nodes.filter(({ inputs }) => inputs.includes(`${weight}/float16`)).length).toBe(2);
  });

  it('computes the products of a loss, and of its gradient, in float32', () => {
    const embedding = goldenStep('bert-sentence-embedding').model;
    const { graph } = decodeModel(
      buildTrainingGraph(embedding, { trainable: () => true, precision: native }).model,
    );
    const builder = GraphBuilder.from(graph);
    const exact = graph.nodes.filter(
      ({ op, inputs }) =>
        op === 'Gemm-13' &&
        builder.type(inputs[0]!).dtype === 'float32' &&
        !inputs.some((name) => builder.type(name).shape.includes(1)),
    );
    // The cosines of all pairs, and the gradient of either side.
    expect(exact.length).toBe(3);
  });
});
