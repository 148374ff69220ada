import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../ops/builder.js';
import { float32Tensor } from '../tensor.js';
import { float, int, ints } from './attributes.js';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';
import {
  TensorProto_DataLocation as DataLocation,
  type ModelProto,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
} from './onnx_pb.js';

function sample() {
  const builder = new GraphBuilder();
  builder.input('x', 'float32', ['batch', 4]);
  builder.initializer(
    'w',
    float32Tensor(
      [3, 4],
      Float32Array.from({ length: 12 }, (_, at) => at / 8),
    ),
  );
  const product = builder.emit('Gemm-13', ['x', 'w'], { transB: int(1), alpha: float(0.5) });
  const y = builder.emit('Transpose-13', [product], { perm: ints([1, 0]) });
  return builder.build('sample', { y });
}

/** The sample model with one thing changed in the file. */
function altered(change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, encodeModel(sample()));
  change(model);
  return toBinary(ModelProtoSchema, model);
}

const refusal = (bytes: Uint8Array): unknown => {
  try {
    decodeModel(bytes);
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'accepted';
};

describe('reading ONNX files', () => {
  it('gives back the graph and the metadata that were written', () => {
    const { graph, metadata } = decodeModel(encodeModel(sample(), { labels: '["a","b"]' }));
    expect(graph).toEqual(sample());
    expect(metadata).toEqual({ labels: '["a","b"]' });
  });

  it('keeps attributes at the end of what int64 holds', () => {
    const { name, inputs, outputs, initializers, nodes } = sample();
    const attributes = { start: int(-(2 ** 63)), end: int(2 ** 63) };
    const shape = { op: 'Shape-19', inputs: ['x'], outputs: ['lengths'], attributes };
    const graph = { name, inputs, outputs, initializers, nodes: [...nodes, shape] };
    expect(decodeModel(encodeModel(graph)).graph.nodes.at(-1)).toEqual(shape);
  });

  it.each(['float16', 'bfloat16'] as const)('reads %s weights, as bytes and as a list', (dtype) => {
    const builder = new GraphBuilder();
    const words = Uint16Array.of(0x3c00, 0xbf80, 0, 0x7c00);
    const weight = builder.initializer('w', { dtype, dims: [2, 2], data: words });
    const graph = builder.build('half', { y: builder.emit('MatMul-13', [weight, weight]) });
    const bytes = encodeModel(graph);
    expect(decodeModel(bytes).graph).toEqual(graph);
    const model = fromBinary(ModelProtoSchema, bytes);
    const stored = model.graph!.initializer[0]!;
    stored.int32Data = [...words];
    stored.rawData = new Uint8Array();
    expect(decodeModel(toBinary(ModelProtoSchema, model)).graph).toEqual(graph);
  });

  it('writes equal graphs as equal bytes', () => {
    expect(encodeModel(sample())).toEqual(encodeModel(sample()));
  });

  it('refuses every truncation', () => {
    const bytes = encodeModel(sample());
    for (let length = 0; length < bytes.length; length += 1) {
      expect([length, refusal(bytes.subarray(0, length))]).not.toEqual([length, 'accepted']);
    }
  });

  it.each<[string, string, (model: ModelProto) => void]>([
    [
      'weights outside the file',
      'GRAPH_INVALID',
      (model) => {
        const weight = model.graph!.initializer[0]!;
        weight.dataLocation = DataLocation.EXTERNAL;
        weight.externalData = [
          create(StringStringEntryProtoSchema, { key: 'location', value: '/etc/passwd' }),
        ];
      },
    ],
    [
      'a weight larger than its data',
      'GRAPH_INVALID',
      (model) => {
        model.graph!.initializer[0]!.dims = [1n << 40n, 1n << 20n];
      },
    ],
    [
      'a negative length',
      'GRAPH_INVALID',
      (model) => {
        model.graph!.initializer[0]!.dims = [-3n, -4n];
      },
    ],
    [
      'a value used before it is defined',
      'GRAPH_INVALID',
      (model) => {
        model.graph!.node.reverse();
      },
    ],
    [
      'a value defined twice',
      'GRAPH_INVALID',
      (model) => {
        model.graph!.node[1]!.output = [model.graph!.node[0]!.output[0]!];
      },
    ],
    [
      'a cycle',
      'GRAPH_INVALID',
      (model) => {
        model.graph!.node[0]!.input[0] = 'y';
      },
    ],
    [
      'an undefined output',
      'GRAPH_INVALID',
      (model) => {
        model.graph!.output[0]!.name = 'z';
      },
    ],
    [
      'an unknown operator',
      'OPERATOR_UNSUPPORTED',
      (model) => {
        model.graph!.node[0]!.opType = 'Exec';
      },
    ],
    [
      'an operator of another domain',
      'OPERATOR_UNSUPPORTED',
      (model) => {
        model.graph!.node[0]!.domain = 'evil';
      },
    ],
    [
      'a newer opset',
      'OPERATOR_UNSUPPORTED',
      (model) => {
        model.opsetImport[0]!.version = 99n;
      },
    ],
    [
      'an opset older than the operators known',
      'OPERATOR_UNSUPPORTED',
      (model) => {
        model.opsetImport[0]!.version = 3n;
      },
    ],
    [
      'an unknown element type',
      'OPERATOR_UNSUPPORTED',
      (model) => {
        model.graph!.initializer[0]!.dataType = 8;
      },
    ],
    [
      'operands that do not multiply',
      'SHAPE_MISMATCH',
      (model) => {
        model.graph!.initializer[0]!.dims = [4n, 3n];
      },
    ],
    [
      'no graph',
      'GRAPH_INVALID',
      (model) => {
        delete model.graph;
      },
    ],
  ])('refuses %s', (_, code, change) => {
    expect(refusal(altered(change))).toBe(code);
  });

  it('names every operator that is not known, not the first alone', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', [2]);
    const graph = builder.build('g', { y: builder.emit('Exp-13', [builder.emit('Sin-7', [x])]) });
    const model = fromBinary(ModelProtoSchema, encodeModel(graph));
    model.graph!.node[0]!.opType = 'Selu';
    model.graph!.node[1]!.opType = 'Elu';
    expect(() => decodeModel(toBinary(ModelProtoSchema, model))).toThrow(
      expect.objectContaining({ code: 'OPERATOR_UNSUPPORTED', details: { operators: ['Elu', 'Selu'] } }),
    );
  });
});
