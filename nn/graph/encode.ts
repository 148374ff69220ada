import { create } from '@bufbuild/protobuf';
import { NnError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { bytesOf } from '../weights/views.js';
import { onnxDtype } from './dtypes.js';
import type { Attribute, Graph, Node, Shape, ValueInfo } from './ir.js';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import { IR_VERSION, MODEL_BYTES_MAX, OPSET_VERSION, splitOperator } from './opset.js';
import { serializeModel } from './serialize.js';

/**
 * A graph as the bytes of an ONNX model file. `metadata` becomes its `metadata_props`; `encodeWeight` decides where a
 * weight's values go. Deterministic. Throws GRAPH_INVALID for more than a file can hold.
 */
export function encodeModel(
  graph: Graph,
  metadata: Readonly<Record<string, string>> = {},
  encodeWeight: (name: string, tensor: Tensor) => TensorProto = encodeTensor,
): Uint8Array {
  const weights = [...graph.initializers].map(([name, tensor]) => encodeWeight(name, tensor));
  const weightBytes = weights.reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (weightBytes > MODEL_BYTES_MAX) {
    throw new NnError(
      'GRAPH_INVALID',
      `weights of ${weightBytes} bytes do not fit into an ONNX file; write them beside it with writeModelFile`,
    );
  }
  const contributed = graph.nodes.some((node) => splitOperator(node.op).domain !== '');
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    producerName: 'plumbline',
    opsetImport: [
      { domain: '', version: BigInt(OPSET_VERSION) },
      ...(contributed ? [{ domain: 'com.microsoft', version: 1n }] : []),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  const content = create(GraphProtoSchema, {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer: weights,
    input: graph.inputs.map(encodeValue),
    output: graph.outputs.map(encodeValue),
  });
  return serializeModel({ ...model, graph: content });
}

function encodeNode(node: Node, index: number) {
  const { domain, type } = splitOperator(node.op);
  return create(NodeProtoSchema, {
    name: `${type}/${index}`,
    opType: type,
    domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value)),
  });
}

function encodeAttribute(name: string, attribute: Attribute) {
  switch (attribute.kind) {
    case 'int':
      return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(attribute.value) });
    case 'float':
      return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: attribute.value });
    case 'string':
      return create(AttributeProtoSchema, {
        name,
        type: AttributeType.STRING,
        s: new TextEncoder().encode(attribute.value),
      });
    case 'ints':
      return create(AttributeProtoSchema, {
        name,
        type: AttributeType.INTS,
        ints: attribute.value.map(BigInt),
      });
  }
}

/** A weight inside the model's file. */
export function encodeTensor(name: string, { dtype, dims, data }: Tensor): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: onnxDtype(dtype),
    rawData: bytesOf(data),
  });
}

function encodeValue({ name, dtype, shape }: ValueInfo) {
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, { elemType: onnxDtype(dtype), shape: encodeShape(shape) }),
      },
    }),
  });
}

function encodeShape(shape: Shape) {
  return create(TensorShapeProtoSchema, {
    dim: shape.map((dimension) =>
      create(TensorShapeProto_DimensionSchema, {
        value:
          typeof dimension === 'number'
            ? { case: 'dimValue', value: BigInt(dimension) }
            : { case: 'dimParam', value: dimension },
      }),
    ),
  });
}
