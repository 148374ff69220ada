import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { createRunner } from '../exec/createRunner.js';
import { float32Data, float32Tensor } from '../tensor.js';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
} from './onnx_pb.js';

type Setting = number | readonly number[] | { readonly float: number };

interface Row {
  readonly type: string;
  readonly opset: number;
  readonly attributes: Readonly<Record<string, Setting>>;
  /** Lengths of each output, open ones for ONNX Runtime to find. */
  readonly outputs: readonly (readonly number[])[];
  readonly operands?: readonly string[];
  /** Outputs of the node that the graph does not give. */
  readonly unread?: readonly string[];
}

/** Forms that the newest opset does not have, on x [2, 3, 4]. */
const ROWS: readonly Row[] = [
  {
    type: 'Clip',
    opset: 6,
    attributes: { min: { float: -0.5 }, max: { float: 0.25 } },
    outputs: [[2, 3, 4]],
  },
  { type: 'Clip', opset: 10, attributes: { max: { float: 0.25 } }, outputs: [[2, 3, 4]] },
  { type: 'Clip', opset: 10, attributes: {}, outputs: [[2, 3, 4]] },
  {
    type: 'Pad',
    opset: 10,
    attributes: { pads: [0, 1, 0, 0, 0, 2], value: { float: 7 } },
    outputs: [[2, 4, 6]],
  },
  { type: 'Pad', opset: 10, attributes: { pads: [0, 1, 0, 0, 0, 2] }, outputs: [[2, 4, 6]] },
  { type: 'ReduceSum', opset: 11, attributes: { axes: [1] }, outputs: [[2, 1, 4]] },
  { type: 'ReduceMean', opset: 13, attributes: { axes: [-1, 0], keepdims: 0 }, outputs: [[3]] },
  { type: 'ReduceMax', opset: 13, attributes: {}, outputs: [[1, 1, 1]] },
  { type: 'ReduceMin', opset: 11, attributes: { axes: [0] }, outputs: [[1, 3, 4]] },
  {
    type: 'Slice',
    opset: 9,
    attributes: { starts: [1, 0], ends: [3, -1], axes: [1, 2] },
    outputs: [[2, 2, 3]],
  },
  { type: 'Slice', opset: 9, attributes: { starts: [1], ends: [2] }, outputs: [[1, 3, 4]] },
  {
    type: 'Split',
    opset: 11,
    attributes: { axis: 2, split: [1, 3] },
    outputs: [
      [2, 3, 1],
      [2, 3, 3],
    ],
  },
  {
    type: 'Split',
    opset: 11,
    attributes: { axis: 2 },
    outputs: [
      [2, 3, 2],
      [2, 3, 2],
    ],
  },
  { type: 'Unsqueeze', opset: 11, attributes: { axes: [0, 4] }, outputs: [[1, 2, 3, 4, 1]] },
  { type: 'Dropout', opset: 10, attributes: { ratio: { float: 0.5 } }, outputs: [[2, 3, 4]] },
  { type: 'Sum', opset: 8, attributes: {}, outputs: [[2, 3, 4]], operands: ['x', 'x', 'x'] },
  { type: 'Mean', opset: 8, attributes: {}, outputs: [[2, 3, 4]], operands: ['x', 'x'] },
  { type: 'TopK', opset: 9, attributes: { k: 2, axis: 1 }, outputs: [[2, 2, 4]], unread: ['places'] },
  { type: 'Max', opset: 8, attributes: {}, outputs: [[2, 3, 4]], operands: ['x'] },
];

function attributeOf(name: string, setting: Setting) {
  if (typeof setting === 'number') return { name, type: AttributeType.INT, i: BigInt(setting) };
  if ('float' in setting) return { name, type: AttributeType.FLOAT, f: setting.float };
  return { name, type: AttributeType.INTS, ints: setting.map(BigInt) };
}

function valueInfo(name: string, dims: readonly number[]) {
  const dim = dims.map((length) => ({ value: { case: 'dimValue' as const, value: BigInt(length) } }));
  const tensorType = { elemType: DataType.FLOAT, shape: { dim } };
  return { name, type: { value: { case: 'tensorType' as const, value: tensorType } } };
}

function modelOf({ type, opset, attributes, outputs, operands = ['x'], unread = [] }: Row): Uint8Array {
  const names = outputs.map((_, index) => `y${index}`);
  const model = create(ModelProtoSchema, {
    irVersion: 4n,
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph: {
      name: 'old',
      input: [valueInfo('x', [2, 3, 4])],
      output: outputs.map((dims, index) => valueInfo(names[index]!, dims)),
      node: [
        {
          opType: type,
          input: [...operands],
          output: [...names, ...unread],
          attribute: Object.entries(attributes).map(([name, setting]) => attributeOf(name, setting)),
        },
      ],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

describe('forms of older opsets', () => {
  it.each(ROWS.map((row) => [`${row.type}-${row.opset} ${JSON.stringify(row.attributes)}`, row] as const))(
    '%s computes what ONNX Runtime reads the file as',
    async (_, row) => {
      const model = modelOf(row);
      const x = Float32Array.from({ length: 24 }, (_value, at) => Math.sin(at));
      const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
      const expected = await session.run({ x: new OrtTensor('float32', x, [2, 3, 4]) });
      await session.release();
      const { graph } = decodeModel(model);
      const runner = await createRunner(encodeModel(graph), { threads: 1 });
      const fetches = Object.fromEntries(row.outputs.map((_dims, index) => [`y${index}`, null]));
      const found = await runner.run({ x: float32Tensor([2, 3, 4], x) }, fetches);
      await runner.dispose();
      row.outputs.forEach((dims, index) => {
        const [computed, reference] = [found[`y${index}`]!, expected[`y${index}`]!];
        expect(computed.dims).toEqual(dims);
        expect(reference.dims).toEqual(dims);
        expect([...float32Data(computed)]).toEqual([...(reference.data as Float32Array)]);
      });
    },
  );
});
