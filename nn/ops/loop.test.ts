import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { graph as graphOf, int } from '../graph/attributes.js';
import { decodeModel } from '../graph/decode.js';
import { encodeModel } from '../graph/encode.js';
import type { Graph } from '../graph/ir.js';
import { float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { GraphBuilder } from './builder.js';

const truth = (value: boolean): Tensor => ({
  dtype: 'bool',
  dims: [],
  data: Uint8Array.of(value ? 1 : 0),
});

/** The branch of an If: `value` as `name`, perhaps of the graph around it. */
function branch(outer: GraphBuilder, name: string, make: (inner: GraphBuilder) => string): Graph {
  const inner = outer.within();
  return inner.build(name, { [name]: make(inner) });
}

/**
 * Doubles x until it would be above `limit`, at most `runs` times, and then keeps it: `last` is the last x, `every` all of
 * them, `numbers` the runs' numbers. Reads `limit` and a weight from around the loop, and has an If in it.
 */
function doubling(): Graph {
  const builder = new GraphBuilder();
  const runs = builder.input('runs', 'int64', []);
  const x = builder.input('x', 'float32', [2]);
  const limit = builder.input('limit', 'float32', []);
  const two = builder.initializer('two', float32Tensor([], Float32Array.of(2)));
  const body = builder.within();
  const number = body.input('number', 'int64', []);
  body.input('holds', 'bool', []);
  const now = body.input('now', 'float32', [2]);
  const twice = body.emit('Mul-14', [now, two]);
  const largest = body.emit('ReduceMax-18', [twice], { keepdims: int(0) });
  const fits = body.emit('LessOrEqual-16', [largest, limit]);
  const next = body.emit('If-16', [fits], {
    then_branch: graphOf(branch(body, 'doubled', (inner) => inner.emit('Identity-16', [twice]))),
    else_branch: graphOf(branch(body, 'kept', (inner) => inner.emit('Identity-16', [now]))),
  });
  const loop = body.build('step', { fits, next, every: next, numbers: number });
  const always = builder.constant(truth(true));
  const [last, every, numbers] = builder.emitAll('Loop-16', [runs, always, x], { body: graphOf(loop) }, [
    true,
    true,
    true,
  ]);
  return builder.build('doubling', { last: last!, every: every!, numbers: numbers! });
}

const PROVIDERS = ['cpu', 'tfjs-cpu', 'tfjs-wasm'] as const;

async function results(model: Uint8Array, provider: (typeof PROVIDERS)[number], runs: number, limit: number) {
  const runner = await createRunner(model, { threads: 1, providers: [provider] });
  const found = await runner.run(
    {
      runs: int64Tensor([], BigInt64Array.of(BigInt(runs))),
      x: float32Tensor([2], Float32Array.of(1, 3)),
      limit: float32Tensor([], Float32Array.of(limit)),
    },
    { last: null, every: null, numbers: null },
  );
  await runner.dispose();
  return Object.fromEntries(
    Object.entries(found).map(([name, { dims, data }]) => [name, [[...dims], Array.from(data, Number)]]),
  );
}

describe.each(PROVIDERS)('a loop with a choice in it on %s', (provider) => {
  const model = encodeModel(doubling());

  it('runs as often as it is told, and reads what is around it', async () => {
    expect(await results(model, provider, 3, 1000)).toEqual({
      last: [[2], [8, 24]],
      every: [
        [3, 2],
        [2, 6, 4, 12, 8, 24],
      ],
      numbers: [[3], [0, 1, 2]],
    });
  });

  it('stops when its condition does not hold, with what that run gave', async () => {
    expect(await results(model, provider, 9, 7)).toEqual({
      last: [[2], [2, 6]],
      every: [
        [2, 2],
        [2, 6, 2, 6],
      ],
      numbers: [[2], [0, 1]],
    });
  });

  it('gives the first values back where it never runs', async () => {
    expect(await results(model, provider, 0, 7)).toEqual({
      last: [[2], [1, 3]],
      every: [[0, 2], []],
      numbers: [[0], []],
    });
  });
});

describe('a graph within a graph', () => {
  it('is read as it was written', () => {
    const bytes = encodeModel(doubling());
    expect(encodeModel(decodeModel(bytes).graph)).toEqual(bytes);
  });

  it('keeps what only it reads, and follows a value that gets an output name', () => {
    const builder = new GraphBuilder();
    const condition = builder.input('condition', 'bool', []);
    const x = builder.input('x', 'float32', [2]);
    const square = builder.emit('Mul-14', [x, x]);
    const chosen = builder.emit('If-16', [condition], {
      then_branch: graphOf(branch(builder, 'a', (inner) => inner.emit('Neg-13', [square]))),
      else_branch: graphOf(branch(builder, 'b', (inner) => inner.emit('Exp-13', [square]))),
    });
    const kept = builder.build('chosen', { chosen });
    expect(kept.nodes.map(({ op }) => op)).toEqual(['Mul-14', 'If-16']);
    const named = builder.build('chosen', { chosen, square });
    expect(() => decodeModel(encodeModel(named))).not.toThrow();
  });

  it('may not hide a value of the graph around it', () => {
    const builder = new GraphBuilder();
    builder.input('x', 'float32', [2]);
    expect(() => builder.within().input('x', 'float32', [2])).toThrow(/'x' is defined twice/);
  });

  const around = () => {
    const builder = new GraphBuilder();
    builder.input('c', 'bool', []);
    builder.input('x', 'float32', [2]);
    builder.input('n', 'int64', []);
    return builder;
  };
  const emptyLoop = (carried: readonly number[], next: (inner: GraphBuilder) => string) => {
    const builder = around();
    const body = builder.within();
    body.input('i', 'int64', []);
    const go = body.input('go', 'bool', []);
    body.input('v', 'float32', carried);
    const graph = body.build('body', { again: go, next: next(body) });
    return builder.emit('Loop-16', ['n', 'c', 'x'], { body: graphOf(graph) });
  };

  it.each<[string, string, () => unknown]>([
    ['a condition that is a number', 'SHAPE_MISMATCH', () => around().emit('If-16', ['x'], {})],
    ['no branch', 'GRAPH_INVALID', () => around().emit('If-16', ['c'], {})],
    [
      'branches of other element types',
      'SHAPE_MISMATCH',
      () => {
        const builder = around();
        return builder.emit('If-16', ['c'], {
          then_branch: graphOf(branch(builder, 'a', (inner) => inner.emit('Identity-16', ['x']))),
          else_branch: graphOf(branch(builder, 'b', (inner) => inner.emit('Identity-16', ['n']))),
        });
      },
    ],
    ['a carried value of another shape', 'SHAPE_MISMATCH', () => emptyLoop([3], () => 'v')],
    [
      'a carried value whose shape changes',
      'SHAPE_MISMATCH',
      () => emptyLoop([2], (inner) => inner.emit('Concat-13', ['v', 'v'], { axis: int(0) })),
    ],
    ['a value that is not there', 'GRAPH_INVALID', () => emptyLoop([2], () => 'nowhere')],
  ])('refuses %s', (_, code, make) => {
    expect(make).toThrow(expect.objectContaining({ code }));
  });

  it('refuses graphs that nest without end', () => {
    let inner: Graph = { name: 'g', inputs: [], outputs: [], initializers: new Map(), nodes: [] };
    for (let depth = 0; depth < 20; depth += 1) {
      const attributes = { then_branch: graphOf(inner) };
      inner = { ...inner, nodes: [{ op: 'If-16', inputs: ['c'], outputs: [], attributes }] };
    }
    expect(() => decodeModel(encodeModel(inner))).toThrow(expect.objectContaining({ code: 'GRAPH_INVALID' }));
  });
});
