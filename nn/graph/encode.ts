import { create } from '@bufbuild/protobuf';
import { NnError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { bytesOf } from '../weights/views.js';
import { onnxDtype } from './dtypes.js';
import type { Attribute, Graph, Node, Shape, ValueInfo } from './ir.js';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
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
import { graphsOf } from './scopes.js';
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
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    producerName: 'plumbline',
    opsetImport: [
      { domain: '', version: BigInt(OPSET_VERSION) },
      ...(isContributed(graph) ? [{ domain: 'com.microsoft', version: 1n }] : []),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return serializeModel({ ...model, graph: encodeGraph(graph, weights) });
}

/** Whether it has an operator of ONNX Runtime's own. */
function isContributed({ nodes }: Graph): boolean {
  return nodes.some((node) => splitOperator(node.op).domain !== '' || graphsOf(node).some(isContributed));
}

function encodeGraph(
  { name, nodes, inputs, outputs, initializers }: Graph,
  weights: TensorProto[] = [...initializers].map(([weight, tensor]) => encodeTensor(weight, tensor)),
): GraphProto {
  return create(GraphProtoSchema, {
    name,
    node: nodes.map(encodeNode),
    initializer: weights,
    input: inputs.map(encodeValue),
    output: outputs.map(encodeValue),
  });
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
      return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: int64(attribute.value) });
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
        ints: attribute.value.map(int64),
      });
    case 'graph':
      return create(AttributeProtoSchema, {
        name,
        type: AttributeType.GRAPH,
        g: encodeGraph(attribute.value),
      });
  }
}

/** The largest int64 values, which end a slice that has no end, are one more as numbers. */
function int64(value: number): bigint {
  return value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value);
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
