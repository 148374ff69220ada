import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { int, ints } from '../../../graph/attributes.js';
import type { Attributes } from '../../../graph/ir.js';
import { elementCount, float32Tensor, int64Tensor, type Tensor } from '../../../tensor.js';
import { loadBackend } from '../backend.js';
import type { Kernel } from '../kernel.js';
import { dimsOf, download, upload, type Value } from '../value.js';
import { gather, gatherElements } from './indexing.js';
import { concat, expand, split, transpose } from './layout.js';

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

const counting = (dims: readonly number[]) => Array.from({ length: elementCount(dims) }, (_, at) => at);
const whole = (dims: readonly number[]) => int64Tensor(dims, BigInt64Array.from(counting(dims), BigInt));
const vector = (values: readonly number[]) =>
  int64Tensor([values.length], BigInt64Array.from(values, BigInt));

function apply(
  kernel: Kernel,
  attributes: Attributes,
  inputs: readonly Tensor[],
  outputs: readonly string[],
) {
  const node = { op: 'op', inputs: [], outputs, attributes };
  const results = kernel({ node, inputs: inputs.map(upload), inside: () => [] });
  return results.map((value: Value) => ({
    dims: dimsOf(value),
    values: Array.from(download(value).data, Number),
  }));
}

/** The kernel moves whole numbers, which our own code does, as it moves floats, which tfjs does. */
function expectSame(
  kernel: Kernel,
  attributes: Attributes,
  data: readonly (readonly number[])[],
  others: readonly Tensor[] = [],
  outputs = ['y'],
) {
  const floats = data.map((dims) => float32Tensor(dims, Float32Array.from(counting(dims))));
  const wholes = data.map(whole);
  expect(apply(kernel, attributes, [...wholes, ...others], outputs)).toEqual(
    apply(kernel, attributes, [...floats, ...others], outputs),
  );
}

describe('whole numbers are moved as floats are', () => {
  beforeAll(() => loadBackend('tfjs-cpu'));

  it('by a transposition', () => {
    const cases = shapes.chain((dims) =>
      fc.tuple(
        fc.constant(dims),
        fc.shuffledSubarray(
          dims.map((_, axis) => axis),
          { minLength: dims.length },
        ),
      ),
    );
    fc.assert(fc.property(cases, ([dims, perm]) => expectSame(transpose, { perm: ints(perm) }, [dims])));
  });

  it('by a broadcast', () => {
    const cases = shapes.chain((dims) =>
      fc.tuple(
        fc.constant(dims),
        fc.array(fc.boolean(), { minLength: dims.length, maxLength: dims.length }),
        fc.integer({ min: 0, max: 4 }),
      ),
    );
    fc.assert(
      fc.property(cases, ([dims, ones, leading]) => {
        const from = dims
          .map((dim, axis) => (ones[axis] ? 1 : dim))
          .slice(Math.min(leading, dims.length - 1));
        expectSame(expand, {}, [from], [vector(dims)]);
      }),
    );
  });

  it('by cutting and joining along any axis', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.nat(), (dims, chosen, cut) => {
        const axis = chosen % dims.length;
        const first = cut % (dims[axis]! + 1);
        if (first === 0 || first === dims[axis]) return;
        const lengths = [first, dims[axis]! - first];
        expectSame(split, { axis: int(axis) }, [dims], [vector(lengths)], ['y', 'z']);
        const parts = lengths.map((length) => dims.map((dim, at) => (at === axis ? length : dim)));
        expectSame(concat, { axis: int(axis - dims.length) }, parts);
      }),
    );
  });

  it('by picking along any axis', () => {
    const cases = shapes.chain((dims) =>
      fc
        .nat({ max: dims.length - 1 })
        .chain((axis) =>
          fc.tuple(
            fc.constant(dims),
            fc.constant(axis),
            fc.array(fc.integer({ min: -dims[axis]!, max: dims[axis]! - 1 }), { minLength: 1, maxLength: 5 }),
          ),
        ),
    );
    fc.assert(
      fc.property(cases, ([dims, axis, at]) => {
        expectSame(gather, { axis: int(axis) }, [dims], [vector(at)]);
        const column = dims.map((_, index) => (index === axis ? at.length : 1));
        const indices = int64Tensor(column, BigInt64Array.from(at, BigInt));
        expectSame(gatherElements, { axis: int(axis) }, [dims], [indices]);
      }),
    );
  });
});
