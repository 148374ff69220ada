import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../../errors.js';
import { attribute } from '../../../graph/attributes.js';
import { axisIndex } from '../../../graph/dimension.js';
import { elementCount, type Tensor } from '../../../tensor.js';
import { larger, pick, positions, smaller, stridesOf } from '../hostArray.js';
import { hostOperand, indicesInto, type Kernel, type KernelRequest, operand } from '../kernel.js';
import { dimsOf, download, isDevice, upload, type Value } from '../value.js';

export const gather: Kernel = (request) => {
  const data = operand(request, 0);
  const dims = dimsOf(data);
  const axis = axisIndex(attribute(request.node, 'axis', 'int', 0), dims.length);
  const at = hostOperand(request, 1);
  const indices = indicesInto(request, at, dims[axis]!);
  const [before, after] = [dims.slice(0, axis), dims.slice(axis + 1)];
  return [reshapedTo(takeAlong(data, axis, indices), [...before, ...at.dims, ...after])];
};

/** The slices of `data` at `indices` along an axis, which is as long as they are many. */
export function takeAlong(data: Value, axis: number, indices: Int32Array): Value {
  if (isDevice(data)) return tf.gather(data, tf.tensor(indices, [indices.length], 'int32'), axis);
  const [before, after] = [data.dims.slice(0, axis), data.dims.slice(axis + 1)];
  const strides = stridesOf(data.dims);
  const slice = positions(after, strides.slice(axis + 1));
  const sources = [...positions(before, strides.slice(0, axis))].flatMap((start) =>
    [...indices].flatMap((index) => Array.from(slice, (offset) => start + index * strides[axis]! + offset)),
  );
  return pick(data, [...before, indices.length, ...after], Int32Array.from(sources));
}

function reshapedTo(value: Value, dims: readonly number[]): Value {
  return isDevice(value) ? tf.reshape(value, [...dims]) : { ...value, dims };
}

export const gatherElements: Kernel = (request) => {
  const data = operand(request, 0);
  const at = elementPositions(request, dimsOf(data));
  const { dims } = hostOperand(request, 1);
  if (!isDevice(data)) return [pick(data, dims, at)];
  const picked = tf.gather(tf.reshape(data, [-1]), tf.tensor(at, [at.length], 'int32'));
  return [tf.reshape(picked, [...dims])];
};

export const scatterElements: Kernel = (request) =>
  scatter(request, elementPositions(request, dimsOf(operand(request, 0))), 1);

export const scatterND: Kernel = (request) => {
  const dims = dimsOf(operand(request, 0));
  const at = hostOperand(request, 1);
  const depth = at.dims.at(-1) ?? 0;
  const strides = stridesOf(dims);
  const starts = new Int32Array(elementCount(at.dims.slice(0, -1)));
  for (let axis = 0; axis < depth; axis += 1) {
    const column = pick(at, [starts.length], positions([starts.length], [depth], axis));
    indicesInto(request, column, dims[axis]!).forEach((index, row) => {
      starts[row]! += index * strides[axis]!;
    });
  }
  return scatter(request, starts, elementCount(dims.slice(depth)));
};

/** Where in data of shape `dims` each index of GatherElements and ScatterElements points. */
function elementPositions(request: KernelRequest, dims: readonly number[]): Int32Array {
  const indices = hostOperand(request, 1);
  const axis = axisIndex(attribute(request.node, 'axis', 'int', 0), dims.length);
  const strides = stridesOf(dims);
  const along = indicesInto(request, indices, dims[axis]!);
  const across = positions(
    indices.dims,
    strides.map((stride, at) => (at === axis ? 0 : stride)),
  );
  return across.map((start, at) => start + along[at]! * strides[axis]!);
}

/** The data with each run of `width` updates written, or reduced with what is there, from its start on. */
function scatter(request: KernelRequest, starts: Int32Array, width: number): Value[] {
  const [data, updates] = [operand(request, 0), operand(request, 2)];
  const reduction = attribute(request.node, 'reduction', 'string', 'none');
  if (elementCount(dimsOf(updates)) !== starts.length * width) {
    throw new NnError('SHAPE_MISMATCH', `${request.node.op}: updates [${dimsOf(updates)}] do not fit`);
  }
  if (isDevice(data) && isDevice(updates) && reduction === 'add') {
    const rows = starts.map((start) => start / width);
    const count = data.size / width;
    const summed = tf.scatterND(
      tf.tensor(rows, [rows.length, 1], 'int32'),
      tf.reshape(updates, [rows.length, width]),
      [count, width],
    );
    return [tf.add(data, tf.reshape(summed, data.shape))];
  }
  return [upload(scatterHost(request, download(data), download(updates), { starts, width, reduction }))];
}

interface Targets {
  readonly starts: Int32Array;
  readonly width: number;
  readonly reduction: string;
}

function scatterHost(
  { node }: KernelRequest,
  data: Tensor,
  updates: Tensor,
  { starts, width, reduction }: Targets,
): Tensor {
  const reduce = REDUCTIONS[reduction];
  if (!reduce || data.dtype !== updates.dtype) {
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `${node.op}: ${reduction} of ${updates.dtype} into ${data.dtype}`,
    );
  }
  const result = pick(data, data.dims, positions([data.data.length], [1]));
  const target = result.data as Int32Array;
  const source = updates.data as Int32Array;
  starts.forEach((start, row) => {
    for (let at = 0; at < width; at += 1) {
      target[start + at] = reduce(target[start + at]!, source[row * width + at]!);
    }
  });
  return result;
}

/** Written for numbers; the same operators serve two bigints, and a typed array wraps what overflows. */
const REDUCTIONS: Readonly<Record<string, (present: number, update: number) => number>> = {
  none: (_, update) => update,
  add: (present, update) => present + update,
  mul: (present, update) => present * update,
  max: larger,
  min: smaller,
};
