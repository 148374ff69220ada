import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { NnError } from '../errors.js';
import { createRunner } from '../exec/createRunner.js';
import type { Provider } from '../exec/runner.js';
import { decodeModel } from '../graph/decode.js';
import { decodeTensor } from '../graph/decodeTensor.js';
import { encodeModel } from '../graph/encode.js';
import type { Shape } from '../graph/ir.js';
import { TensorProtoSchema } from '../graph/onnx_pb.js';
import type { Tensor } from '../tensor.js';
import { GraphBuilder } from './builder.js';
import { OPERATORS } from './table.js';

interface OnnxCase {
  readonly name: string;
  readonly rtol: number;
  readonly atol: number;
  /** ONNX protobuf, base64. */
  readonly model: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const read = (name: string) =>
  readFileSync(new URL(`../goldens/onnx-node-cases/${name}`, import.meta.url), 'utf8');
const cases = read('cases.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as OnnxCase);
/** Cases that the core refuses, with the reason; one that is mended must leave the list. */
const refused = JSON.parse(read('refused.json')) as Readonly<Record<string, string>>;
/** Operators that ONNX has no case of that the core accepts, with the reason. */
const withoutCase = JSON.parse(read('without-case.json')) as Readonly<Record<string, string>>;

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const tensor = (base64: string) => decodeTensor(fromBinary(TensorProtoSchema, bytes(base64)));

const operatorsSeen = new Set<string>();

/** Decodes, infers, encodes anew and runs: what the core understood is what the executor computes. */
const run = async (
  { model, inputs, outputs }: OnnxCase,
  provider: Provider,
): Promise<{ shapes: Shape[]; results: Tensor[] }> => {
  const { graph } = decodeModel(bytes(model));
  for (const { op } of graph.nodes) operatorsSeen.add(op);
  const builder = GraphBuilder.from(graph);
  const runner = await createRunner(encodeModel(graph), { threads: 1, providers: [provider] });
  try {
    const feeds = Object.fromEntries(inputs.map((value, at) => [graph.inputs[at]!.name, tensor(value)]));
    const names = graph.outputs.map(({ name }) => name).slice(0, outputs.length);
    const found = await runner.run(feeds, Object.fromEntries(names.map((name) => [name, null])));
    return {
      shapes: names.map((name) => builder.type(name).shape),
      results: names.map((name) => found[name]!),
    };
  } finally {
    await runner.dispose();
  }
};

const near = (found: Tensor, wanted: Tensor, { rtol, atol }: OnnxCase): boolean =>
  found.dtype === wanted.dtype &&
  found.data.length === wanted.data.length &&
  Array.from(wanted.data, Number).every((value, at) => {
    const other = Number(found.data[at]);
    return Object.is(value, other) || Math.abs(value - other) <= atol + rtol * Math.abs(value);
  });

describe("ONNX's own cases", () => {
  const accepted = cases.filter(({ name }) => !(name in refused));
  const through = (provider: Provider) =>
    accepted.map((each) => [`${each.name} through ${provider}`, provider, each] as const);
  it.each([...through('cpu'), ...through('tfjs-cpu'), ...through('tfjs-wasm')])(
    '%s',
    async (_, provider, each) => {
      const wanted = each.outputs.map(tensor);
      const { shapes, results } = await run(each, provider);
      expect(shapes).toEqual(wanted.map(({ dims }) => dims));
      expect(results.map((result) => [...result.dims])).toEqual(wanted.map(({ dims }) => dims));
      expect(results.map((result, at) => near(result, wanted[at]!, each))).toEqual(wanted.map(() => true));
    },
  );

  it('that the core refuses are refused with a code, and each has its reason in the list', () => {
    const found = cases.flatMap(({ name, model }) => {
      try {
        decodeModel(bytes(model));
        return [];
      } catch (error) {
        expect(error).toBeInstanceOf(NnError);
        return [name];
      }
    });
    expect(found.sort()).toEqual(Object.keys(refused).sort());
  });

  it('cover every operator of the table but those with a reason', () => {
    const missing = Object.keys(OPERATORS).filter((op) => !operatorsSeen.has(op));
    expect(missing.sort()).toEqual(Object.keys(withoutCase).sort());
  });
});
