import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { createRunner } from '../exec/createRunner.js';
import { GraphBuilder } from '../ops/builder.js';
import { float32Data, float32Tensor, int64Tensor } from '../tensor.js';
import { int } from './attributes.js';
import { encodeModel } from './encode.js';
import { readModelFile, writeModelFile, writeModelFiles } from './modelFile.js';
import { ModelProtoSchema, type TensorProto } from './onnx_pb.js';

/** x [batch, 20] times two matrices of 4,000 bytes, as 10 rows of 5 by a small shape kept in the model. */
function sample() {
  const builder = new GraphBuilder();
  builder.input('x', 'float32', ['batch', 20]);
  const ramp = (length: number) => Float32Array.from({ length }, (_, at) => (at % 7) / 8 - 0.375);
  builder.initializer('a', float32Tensor([50, 20], ramp(1000)));
  builder.initializer('b', float32Tensor([50, 50], ramp(2500)));
  builder.initializer('shape', int64Tensor([3], new BigInt64Array([-1n, 10n, 5n])));
  const hidden = builder.emit('Gemm-13', ['x', 'a'], { transB: int(1) });
  const product = builder.emit('Gemm-13', [hidden, 'b'], { transB: int(1) });
  return builder.build('sample', { y: builder.emit('Reshape-19', [product, 'shape']) });
}

const x = Float32Array.from({ length: 40 }, (_, at) => Math.sin(at));

async function runFile(path: string): Promise<number[]> {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
  const { y } = await session.run({ x: new OrtTensor('float32', x, [2, 20]) });
  await session.release();
  return [...(y!.data as Float32Array)];
}

describe('models with their weights beside them', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-model-'));
    path = join(folder, 'model.onnx');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Writes the sample with its first weight's record changed. */
  function altered(change: (weight: TensorProto, property: (key: string, value: string) => void) => void) {
    writeModelFile(path, sample());
    const model = fromBinary(ModelProtoSchema, readFileSync(path));
    const weight = model.graph!.initializer[0]!;
    change(weight, (key, value) => {
      weight.externalData.find((entry) => entry.key === key)!.value = value;
    });
    writeFileSync(path, toBinary(ModelProtoSchema, model));
  }

  function refusal(): { code?: string; message: string } {
    try {
      readModelFile(path);
    } catch (error) {
      return error as { code?: string; message: string };
    }
    return { message: 'accepted' };
  }

  it('gives back the graph, the weights and the metadata', () => {
    writeModelFile(path, sample(), { labels: '["a"]' });
    expect(readModelFile(path)).toEqual({ graph: sample(), metadata: { labels: '["a"]' } });
    expect(statSync(path).size).toBeLessThan(1000);
  });

  it('keeps once what several models have in common, and twice what one model has under two names', () => {
    const graph = sample();
    const weight = graph.initializers.get('b')!;
    const tied = { ...graph, initializers: new Map([...graph.initializers, ['b again', weight]]) };
    writeModelFiles(
      folder,
      new Map([
        ['one.onnx', graph],
        ['two.onnx', tied],
      ]),
    );
    expect(readModelFile(join(folder, 'one.onnx')).graph).toEqual(graph);
    expect(readModelFile(join(folder, 'two.onnx')).graph).toEqual(tied);
    // a (4,000 bytes) and b (10,000) at pages of their own, then b again.
    expect(statSync(join(folder, 'weights.onnx_data')).size).toBe(16_384 + 10_000);
  });

  it('starts every weight at a page, and puts none twice', () => {
    writeModelFile(path, sample());
    expect(statSync(`${path}_data`).size).toBe(4096 + 10_000);
  });

  it('is loaded by ONNX Runtime, which computes the same as from one file', async () => {
    writeModelFile(path, sample());
    const runner = await createRunner(encodeModel(sample()), { threads: 1 });
    const { y } = await runner.run({ x: float32Tensor([2, 20], x) }, { y: null });
    await runner.dispose();
    expect(await runFile(path)).toEqual([...float32Data(y!)]);
  });

  it('reads what the reference writer wrote', async () => {
    const golden = fileURLToPath(new URL('../goldens/external-data/', import.meta.url));
    const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as Record<
      string,
      number[]
    >;
    const { graph } = readModelFile(join(golden, 'model.onnx'));
    const runner = await createRunner(encodeModel(graph), { threads: 1 });
    const { y } = await runner.run(
      { x: float32Tensor([2, 16], Float32Array.from(expected['x']!)) },
      { y: null },
    );
    await runner.dispose();
    const difference = [...float32Data(y!)].map((value, at) => Math.abs(value - expected['y']![at]!));
    expect(Math.max(...difference)).toBeLessThan(1e-4);
  });

  it('reads weights beyond 4 GiB, where ONNX Runtime finds them too', async () => {
    const offset = 5 * 2 ** 30;
    altered((_, property) => property('offset', String(offset)));
    const descriptor = openSync(`${path}_data`, 'r+');
    ftruncateSync(descriptor, offset);
    const values = Float32Array.from({ length: 1000 }, (_, at) => at / 1000);
    writeSync(descriptor, new Uint8Array(values.buffer), 0, 4000, offset);
    closeSync(descriptor);
    const { graph } = readModelFile(path);
    expect(graph.initializers.get('a')!.data).toEqual(values);
    const runner = await createRunner(encodeModel(graph), { threads: 1 });
    const { y } = await runner.run({ x: float32Tensor([2, 20], x) }, { y: null });
    await runner.dispose();
    expect(await runFile(path)).toEqual([...float32Data(y!)]);
  });

  it('refuses to write more than a file can hold, and says what to do', () => {
    const one = float32Tensor([2 ** 26]);
    const builder = new GraphBuilder();
    builder.input('x', 'float32', ['batch']);
    for (let at = 0; at < 8; at++) builder.initializer(`w${at}`, one);
    const y = builder.emit('Identity-16', ['x']);
    const graph = builder.build('large', { y });
    const given = new Map(Array.from({ length: 8 }, (_, at) => [`w${at}`, one]));
    expect(() => encodeModel({ ...graph, initializers: given })).toThrow(/writeModelFile/);
  });

  it.each<[string, string]>([
    ['an absolute path', '/etc/passwd'],
    ['a path up', '../model.onnx_data'],
    ['a path up from within', 'within/../../model.onnx_data'],
    ['a backslash path up', '..\\model.onnx_data'],
    ['the folder itself', '.'],
    ['a NUL', 'model.onnx_data\0.bin'],
    ['no name', ''],
    ['a file that is missing', 'missing.bin'],
  ])('refuses %s', (_, location) => {
    altered((_weight, property) => property('location', location));
    expect(['WEIGHTS_CORRUPT', 'GRAPH_INVALID']).toContain(refusal().code);
  });

  it.each<[string, string, string]>([
    ['a negative offset', 'offset', '-4096'],
    ['an offset past the end', 'offset', '8192000'],
    ['an offset beyond 2^53', 'offset', '18446744073709551615'],
    ['an offset that is no number', 'offset', '0x10'],
    ['an offset with a fraction', 'offset', '4096.5'],
    ['another length than the shape', 'length', '3996'],
    ['a length beyond 2^64', 'length', '99999999999999999999'],
  ])('refuses %s', (_, key, value) => {
    altered((_weight, property) => property(key, value));
    expect(['WEIGHTS_CORRUPT', 'GRAPH_INVALID']).toContain(refusal().code);
  });

  it('refuses a property given twice', () => {
    altered((weight) => weight.externalData.push(weight.externalData[0]!));
    expect(refusal().code).toBe('GRAPH_INVALID');
  });

  it('refuses weights that together claim more than the file has', () => {
    writeModelFile(path, sample());
    const model = fromBinary(ModelProtoSchema, readFileSync(path));
    const [first] = model.graph!.initializer;
    model.graph!.initializer = Array.from({ length: 9 }, (_, at) => ({ ...first!, name: `copy${at}` }));
    writeFileSync(path, toBinary(ModelProtoSchema, model));
    expect(refusal().message).toContain('claim');
  });

  it('refuses a file that was cut', () => {
    writeModelFile(path, sample());
    truncateSync(`${path}_data`, 9000);
    expect(refusal().code).toBe('WEIGHTS_CORRUPT');
  });

  describe('with a file elsewhere', () => {
    let outside = '';
    beforeEach(() => {
      writeModelFile(path, sample());
      outside = mkdtempSync(join(tmpdir(), 'plumbline-outside-'));
      copyFileSync(`${path}_data`, join(outside, 'data'));
    });
    afterEach(() => rmSync(outside, { recursive: true }));

    it.each<[string, () => void]>([
      ['a symbolic link', () => symlinkSync(join(outside, 'data'), `${path}_data`)],
      ['a hard link', () => linkSync(join(outside, 'data'), `${path}_data`)],
      ['a folder', () => mkdirSync(`${path}_data`)],
    ])('refuses %s in its place', (_, put) => {
      rmSync(`${path}_data`);
      put();
      expect(refusal().code).toBe('WEIGHTS_CORRUPT');
    });

    it('refuses a linked folder on the way', () => {
      symlinkSync(outside, join(folder, 'within'));
      altered((_weight, property) => property('location', 'within/data'));
      expect(refusal().message).toContain('link');
    });

    it('reads from a real folder inside', () => {
      mkdirSync(join(folder, 'within'));
      copyFileSync(join(outside, 'data'), join(folder, 'within', 'data'));
      altered((_weight, property) => property('location', 'within/data'));
      expect(readModelFile(path).graph).toEqual(sample());
    });
  });
});
