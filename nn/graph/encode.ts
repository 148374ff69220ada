import { create, toBinary } from '@bufbuild/protobuf';
import type { Tensor } from '../tensor.js';
import { onnxDtype } from './dtypes.js';
import type { Attribute, Graph, Node, Shape, ValueInfo } from './ir.js';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import { IR_VERSION, OPSET_VERSION, splitOperator } from './opset.js';

/** A graph as the bytes of an ONNX model file. `metadata` becomes its `metadata_props`. Deterministic. */
export function encodeModel(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const contributed = graph.nodes.some((node) => splitOperator(node.op).domain !== '');
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    producerName: 'plumbline',
    opsetImport: [
      { domain: '', version: BigInt(OPSET_VERSION) },
      ...(contributed ? [{ domain: 'com.microsoft', version: 1n }] : []),
    ],
    graph: create(GraphProtoSchema, {
      name: graph.name,
      node: graph.nodes.map(encodeNode),
      initializer: [...graph.initializers].map(([name, tensor]) => encodeTensor(name, tensor)),
      input: graph.inputs.map(encodeValue),
      output: graph.outputs.map(encodeValue),
    }),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return toBinary(ModelProtoSchema, model);
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

function encodeTensor(name: string, { dtype, dims, data }: Tensor) {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: onnxDtype(dtype),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
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
