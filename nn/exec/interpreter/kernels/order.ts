import { attribute } from '../../../graph/attributes.js';
import { axisIndex } from '../../../graph/dimension.js';
import type { Tensor } from '../../../tensor.js';
import { pick, positions, stridesOf } from '../hostArray.js';
import { integers, type Kernel, operand } from '../kernel.js';
import { download, int64Value, upload } from '../value.js';

/** The places along an axis of every line of a tensor, in row-major order of the lines. */
interface Lines {
  readonly starts: Int32Array;
  readonly stride: number;
  readonly length: number;
}

function linesOf(dims: readonly number[], axis: number): Lines {
  const strides = stridesOf(dims);
  const lines = dims.map((dim, at) => (at === axis ? Math.min(dim, 1) : dim));
  return { starts: positions(lines, strides), stride: strides[axis]!, length: dims[axis]! };
}

/** The places of a line by value, of equal ones the first before. */
function ranked({ data }: Tensor, start: number, { stride, length }: Lines, largest: boolean): number[] {
  const values = Array.from({ length }, (_, at) => data[start + at * stride]!);
  const sign = largest ? -1 : 1;
  const compare = (left: number, right: number) => {
    if (values[left] === values[right]) return left - right;
    return values[left]! < values[right]! ? -sign : sign;
  };
  return values.map((_, at) => at).sort(compare);
}

export const argMax: Kernel = (request) => {
  const x = download(operand(request, 0));
  const axis = axisIndex(attribute(request.node, 'axis', 'int', 0), x.dims.length);
  const lines = linesOf(x.dims, axis);
  const last = attribute(request.node, 'select_last_index', 'int', 0) === 1;
  const found = Array.from(lines.starts, (start) => {
    const places = ranked(x, start, lines, true);
    const best = x.data[start + places[0]! * lines.stride];
    const equal = places.filter((at) => x.data[start + at * lines.stride] === best);
    return BigInt((last ? equal.at(-1) : equal[0])!);
  });
  const keep = attribute(request.node, 'keepdims', 'int', 1) === 1;
  const dims = keep ? x.dims.map((dim, at) => (at === axis ? 1 : dim)) : x.dims.toSpliced(axis, 1);
  return [int64Value(dims, BigInt64Array.from(found))];
};

export const topK: Kernel = (request) => {
  const x = download(operand(request, 0));
  const axis = axisIndex(attribute(request.node, 'axis', 'int', -1), x.dims.length);
  const k = integers(request, 1)[0]!;
  const lines = linesOf(x.dims, axis);
  const largest = attribute(request.node, 'largest', 'int', 1) === 1;
  const dims = x.dims.map((dim, at) => (at === axis ? k : dim));
  const chosen = linesOf(dims, axis);
  const sources = new Int32Array(lines.starts.length * k);
  const indices = new BigInt64Array(sources.length);
  lines.starts.forEach((start, line) => {
    const places = ranked(x, start, lines, largest);
    for (let at = 0; at < k; at += 1) {
      const target = chosen.starts[line]! + at * chosen.stride;
      sources[target] = start + places[at]! * lines.stride;
      indices[target] = BigInt(places[at]!);
    }
  });
  return [upload(pick(x, dims, sources)), int64Value(dims, indices)];
};
