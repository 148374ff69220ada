import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../../errors.js';
import { attribute } from '../../../graph/attributes.js';
import { axisIndex } from '../../../graph/dimension.js';
import { elementCount } from '../../../tensor.js';
import { allocate, positions, stridesOf } from '../hostArray.js';
import {
  hostOperand,
  integers,
  type Kernel,
  type KernelRequest,
  operand,
  optionalIntegers,
} from '../kernel.js';
import { dimsOf, download, type HostValue, isDevice, type Value } from '../value.js';
import { takeAlong } from './indexing.js';

const counting = (length: number) => Array.from({ length }, (_, at) => at);

/** The value with each axis made of the places that `chosen` gives for it; undefined keeps an axis. */
function taken(x: Value, chosen: readonly (readonly number[] | undefined)[]): Value {
  return chosen.reduce<Value>(
    (value, places, axis) => (places ? takeAlong(value, axis, Int32Array.from(places)) : value),
    x,
  );
}

/** Parts of axes by `start:end:step`. */
export const slice: Kernel = (request) => {
  const x = operand(request, 0);
  const dims = dimsOf(x);
  const [starts, ends] = [integers(request, 1), integers(request, 2)];
  const axes = optionalIntegers(request, 3) ?? counting(starts.length);
  const steps = optionalIntegers(request, 4) ?? starts.map(() => 1);
  const chosen = dims.map((): number[] | undefined => undefined);
  axes.forEach((axis, at) => {
    const index = axisIndex(axis, dims.length);
    chosen[index] = cutPlaces(dims[index]!, starts[at]!, ends[at]!, steps[at]!);
  });
  return [taken(x, chosen)];
};

function cutPlaces(length: number, start: number, end: number, step: number): number[] {
  const wrapped = (at: number) => (at < 0 ? at + length : at);
  const places: number[] = [];
  if (step > 0) {
    const limit = Math.min(wrapped(end), length);
    for (let at = Math.max(wrapped(start), 0); at < limit; at += step) places.push(at);
  } else {
    const limit = Math.max(wrapped(end), -1);
    for (let at = Math.min(Math.max(wrapped(start), 0), length - 1); at > limit; at += step) places.push(at);
  }
  return places;
}

/** Elements added around, or cut off where a count is negative. */
export const pad: Kernel = (request) => {
  const x = operand(request, 0);
  const counts = padCounts(request, dimsOf(x).length);
  const mode = attribute(request.node, 'mode', 'string', 'constant');
  if (mode === 'constant') return [padConstant(request, x, counts)];
  const place = PLACES[mode];
  if (!place) throw new NnError('OPERATOR_UNSUPPORTED', `${request.node.op}: mode = ${mode} is not known`);
  return [
    taken(
      x,
      dimsOf(x).map((length, axis) => {
        const [before, after] = counts[axis]!;
        return counting(length + before + after).map((at) => place(at - before, length));
      }),
    ),
  ];
};

/** Which element of an axis stands at a place outside it. */
const PLACES: Readonly<Record<string, (at: number, length: number) => number>> = {
  edge: (at, length) => Math.min(Math.max(at, 0), length - 1),
  reflect: (at, length) => {
    const period = Math.max(2 * (length - 1), 1);
    const within = ((at % period) + period) % period;
    return Math.min(within, period - within);
  },
  wrap: (at, length) => ((at % length) + length) % length,
};

function padCounts(request: KernelRequest, rank: number): [number, number][] {
  const listed = integers(request, 1);
  const axes = optionalIntegers(request, 3) ?? counting(rank);
  const counts = counting(rank).map((): [number, number] => [0, 0]);
  axes.forEach((axis, at) => {
    counts[axisIndex(axis, rank)] = [listed[at]!, listed[axes.length + at]!];
  });
  return counts;
}

function padConstant(
  request: KernelRequest,
  x: Value,
  counts: readonly (readonly [number, number])[],
): Value {
  const cropped = taken(
    x,
    dimsOf(x).map((length, axis) => {
      const [before, after] = counts[axis]!;
      if (before >= 0 && after >= 0) return undefined;
      return cutPlaces(length, Math.max(-before, 0), length + Math.min(after, 0), 1);
    }),
  );
  const added = counts.map(([before, after]): [number, number] => [Math.max(before, 0), Math.max(after, 0)]);
  const fill = request.inputs[2] ? download(operand(request, 2)).data[0]! : 0;
  return isDevice(cropped) ? tf.pad(cropped, added, Number(fill)) : padHost(cropped, added, fill);
}

function padHost(
  x: HostValue,
  added: readonly (readonly [number, number])[],
  fill: number | bigint,
): HostValue {
  const dims = x.dims.map((length, axis) => length + added[axis]![0] + added[axis]![1]);
  const strides = stridesOf(dims);
  const data = allocate(x.dtype, elementCount(dims)) as Int32Array;
  data.fill((x.dtype === 'int64' ? BigInt(fill) : Number(fill)) as number);
  const offset = added.reduce((sum, [before], axis) => sum + before * strides[axis]!, 0);
  positions(x.dims, strides, offset).forEach((target, at) => {
    data[target] = (x.data as Int32Array)[at]!;
  });
  return { ...x, dims, data };
}

/** The whole repeated along each axis. */
export const tile: Kernel = (request) => {
  const x = operand(request, 0);
  const repeats = integers(request, 1);
  return [
    taken(
      x,
      dimsOf(x).map((length, axis) => counting(length * repeats[axis]!).map((at) => at % length)),
    ),
  ];
};

/** The upper triangle of matrices from diagonal k on, or the lower one up to it. */
export const trilu: Kernel = (request) => {
  const x = operand(request, 0);
  const dims = dimsOf(x);
  const k = request.inputs[1] ? Number(hostOperand(request, 1).data[0]) : 0;
  const upper = attribute(request.node, 'upper', 'int', 1) === 1;
  const [rows, columns] = [dims.at(-2)!, dims.at(-1)!];
  const kept = Uint8Array.from({ length: rows * columns }, (_, at) => {
    const beyond = (at % columns) - Math.floor(at / columns) - k;
    return Number(upper ? beyond >= 0 : beyond <= 0);
  });
  if (isDevice(x)) return [tf.where(tf.tensor(kept, [rows, columns], 'bool'), x, tf.zerosLike(x))];
  const data = x.data.slice() as Int32Array;
  for (let at = 0; at < data.length; at += 1) {
    if (!kept[at % kept.length]) data[at] = (x.dtype === 'int64' ? 0n : 0) as number;
  }
  return [{ ...x, data }];
};
