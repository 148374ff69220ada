import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRunner } from '../exec/createRunner.js';
import { float, int, ints } from '../graph/attributes.js';
import { encodeModel } from '../graph/encode.js';
import type { Graph } from '../graph/ir.js';
import { GraphBuilder } from '../ops/builder.js';
import { verifyGraph } from '../ops/verify.js';
import { float32Data, float32Tensor, isHalf } from '../tensor.js';
import { fromHalf, toHalf } from '../weights/half.js';
import { mixedPrecision } from './mixedPrecision.js';

type Step = (builder: GraphBuilder, left: string, right: string) => string;

/** Operators on matrices [2, 2], products and others. */
const STEPS: Readonly<Record<string, Step>> = {
  gemm: (builder, left, right) => builder.emit('Gemm-13', [left, right, left], { transB: int(1) }),
  matMul: (builder, left, right) => builder.emit('MatMul-13', [left, right]),
  fused: (builder, left, right) =>
    builder.emit('com.microsoft.FusedMatMul-1', [left, right], { transA: int(1), alpha: float(0.25) }),
  column: (builder, left, right) => {
    const column = builder.emit('Slice-13', [right, ...[0, 1, 1].map((at) => builder.indices([at]))]);
    return builder.emit('Add-14', [left, builder.emit('MatMul-13', [left, column])]);
  },
  transpose: (builder, left) => builder.emit('Transpose-13', [left], { perm: ints([1, 0]) }),
  reshape: (builder, left) =>
    builder.emit('Reshape-19', [builder.emit('Flatten-13', [left]), builder.indices([2, 2])]),
  weave: (builder, left, right) => {
    const joined = builder.emit('Concat-13', [left, right], { axis: int(0) });
    return builder.emitAll('Split-18', [joined], { axis: int(0), num_outputs: int(2) }, [true, true])[1]!;
  },
  widen: (builder, left) => {
    const row = builder.emit('Slice-13', [left, ...[0, 1, 0].map((at) => builder.indices([at]))]);
    return builder.emit('Expand-13', [row, builder.indices([2, 2])]);
  },
  add: (builder, left, right) => builder.emit('Add-14', [left, right]),
  tanh: (builder, left) => builder.emit('Tanh-13', [left]),
  softmax: (builder, left) => builder.emit('Softmax-13', [left]),
};

const graphs = fc
  .record({
    steps: fc.array(fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.nat(), fc.nat()), {
      minLength: 1,
      maxLength: 14,
    }),
    outputs: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  })
  .map(({ steps, outputs }): Graph => {
    const builder = new GraphBuilder();
    const values = [
      builder.input('x', 'float32', [2, 2]),
      builder.input('parameter', 'float32', [2, 2]),
      builder.initializer('frozen', float32Tensor([2, 2], Float32Array.of(0.1, -0.7, 0.3, 0.9))),
    ];
    for (const [name, left, right] of steps) {
      const pick = (at: number) => values[values.length - 1 - (at % values.length)]!;
      values.push(STEPS[name]!(builder, pick(left), pick(right)));
    }
    const named = outputs.map((at, index) => [`y${index}`, values[values.length - 1 - (at % 3)]!] as const);
    return builder.build('random', Object.fromEntries(named));
  });
const halves = fc.constantFrom('float16' as const, 'bfloat16' as const);
const forms = fc.constantFrom('native' as const, 'emulated' as const);

const castsOf = ({ nodes }: Graph) => nodes.filter(({ op }) => op === 'Cast-19');
const isProduct = (op: string) => /Gemm|MatMul/.test(op);

describe('mixedPrecision', () => {
  it('gives a valid graph with the same inputs and outputs, all float32', () => {
    fc.assert(
      fc.property(graphs, halves, forms, (graph, half, products) => {
        const rewritten = mixedPrecision(graph, { half, products });
        verifyGraph(rewritten);
        expect([rewritten.inputs, rewritten.outputs]).toEqual([graph.inputs, graph.outputs]);
        expect(mixedPrecision(graph, { half, products })).toEqual(rewritten);
      }),
    );
  });

  it('computes in half precision products of matrices, moves values in it, and does nothing else in it', () => {
    fc.assert(
      fc.property(graphs, halves, (graph, half) => {
        const rewritten = mixedPrecision(graph, { half, products: 'native' });
        const builder = GraphBuilder.from(rewritten);
        const halfInputs = ({ inputs }: Graph['nodes'][number]) =>
          inputs.filter((name) => name !== '' && isHalf(builder.type(name).dtype)).length;
        for (const node of rewritten.nodes) {
          const column = node.inputs.some((name) => builder.type(name).shape.at(-1) === 1);
          if (isProduct(node.op)) expect(halfInputs(node)).toBe(column ? 0 : node.inputs.length);
          if (/Add|Tanh|Softmax/.test(node.op)) expect(halfInputs(node)).toBe(0);
        }
        expect(rewritten.nodes.filter(({ op }) => isProduct(op)).length).toBe(
          graph.nodes.filter(({ op }) => isProduct(op)).length,
        );
      }),
    );
  });

  it('casts no value twice the same way, none that was cast before or merely moved, and none in vain', () => {
    fc.assert(
      fc.property(graphs, halves, (graph, half) => {
        const rewritten = mixedPrecision(graph, { half, products: 'native' });
        const casts = castsOf(rewritten);
        const sources = casts.map(({ inputs }) => inputs[0]!);
        expect(new Set(sources).size).toBe(sources.length);
        const makers = new Map(
          rewritten.nodes.flatMap((node) => node.outputs.map((name) => [name, node.op])),
        );
        for (const source of sources) {
          expect(makers.get(source) ?? '').not.toMatch(
            /Cast|Reshape|Transpose|Concat|Split|Slice|Expand|Flatten/,
          );
        }
        const read = new Set([
          ...rewritten.nodes.flatMap(({ inputs }) => inputs),
          ...rewritten.outputs.map(({ name }) => name),
        ]);
        for (const { outputs } of casts) expect(read.has(outputs[0]!)).toBe(true);
        // A constant is rounded where the graph is made.
        expect(sources).not.toContain('frozen');
      }),
    );
  });

  it('leaves a graph without products as it is', () => {
    fc.assert(
      fc.property(graphs, halves, forms, (graph, half, products) => {
        fc.pre(!graph.nodes.some(({ op }) => isProduct(op)));
        expect(mixedPrecision(graph, { half, products }).nodes).toEqual(graph.nodes);
      }),
    );
  });

  it('rounds a product by the same rule as the words of half floats are made', async () => {
    const entries = fc.array(fc.float({ min: -300, max: 300, noNaN: true }), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(entries, halves, async (values, half) => {
        const builder = new GraphBuilder();
        const [x, w] = [builder.input('x', 'float32', [2, 2]), builder.input('w', 'float32', [2, 2])];
        const graph = builder.build('product', { y: builder.emit('MatMul-13', [x, w]) });
        const runner = await createRunner(
          encodeModel(mixedPrecision(graph, { half, products: 'emulated' })),
          {
            threads: 1,
          },
        );
        const given = Float32Array.from(values);
        const feeds = {
          x: float32Tensor([2, 2], given.slice(0, 4)),
          w: float32Tensor([2, 2], given.slice(4)),
        };
        const found = float32Data((await runner.run(feeds, { y: null }))['y']!);
        await runner.dispose();
        const [a, b] = [given.slice(0, 4), given.slice(4)].map((each) => fromHalf(half, toHalf(half, each)));
        const sums = [0, 1, 2, 3].map((at) => {
          const [row, column] = [at >> 1, at & 1];
          return a![2 * row]! * b![column]! + a![2 * row + 1]! * b![2 + column]!;
        });
        const wanted = fromHalf(half, toHalf(half, Float32Array.from(sums)));
        expect(Array.from(found, (value) => value + 0)).toEqual(Array.from(wanted, (value) => value + 0));
      }),
      { numRuns: 40 },
    );
  });
});
