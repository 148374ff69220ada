import { int } from '../graph/attributes.js';
import type { Emitter } from '../ops/rule.js';
import type { Bucket } from '../optim/nodes/buckets.js';
import { elementCount } from '../tensor.js';

/** Shape of a bucket's vector; a parameter alone keeps its own. */
export function vectorDims({ parameters }: Bucket): readonly number[] {
  return parameters.length === 1
    ? parameters[0]!.dims
    : [parameters.reduce((sum, { dims }) => sum + elementCount(dims), 0)];
}

/** The bucket's vector of one value for each of its parameters. */
export function joined(emitter: Emitter, values: readonly string[]): string {
  if (values.length === 1) return values[0]!;
  const flat = values.map((value) => emitter.emit('Reshape-19', [value, emitter.indices([-1])]));
  return emitter.emit('Concat-13', flat, { axis: int(0) });
}

/** The parameters' values from their bucket's vector. */
export function parted(emitter: Emitter, vector: string, { parameters }: Bucket): string[] {
  if (parameters.length === 1) return [vector];
  const lengths = emitter.indices(parameters.map(({ dims }) => elementCount(dims)));
  const parts = emitter.emitAll(
    'Split-18',
    [vector, lengths],
    { axis: int(0) },
    parameters.map(() => true),
  );
  return parts.map((part, at) => {
    const shape = emitter.indices(parameters[at]!.dims);
    return emitter.emit('Reshape-19', [part, shape]);
  });
}
