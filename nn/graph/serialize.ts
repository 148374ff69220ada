import { create, toBinary } from '@bufbuild/protobuf';
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './onnx_pb.js';

/** Numbers of the fields that are written by hand, as onnx.proto has them. */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_RAW_DATA = 9;

const LENGTH_DELIMITED = 2;

/**
 * What protobuf's own writer makes of a model whose graph has nodes, initializers, inputs and outputs: the same bytes,
 * but each weight is copied once, where that writer copies it several times into buffers that it doubles.
 */
export function serializeModel({ graph, ...model }: ModelProto & { graph: GraphProto }): Uint8Array {
  const { irVersion, producerName, opsetImport, metadataProps } = model;
  const { name, node, initializer, input, output } = graph;
  const graphParts = [
    toBinary(GraphProtoSchema, create(GraphProtoSchema, { name, node })),
    ...initializer.flatMap((tensor) => field(GRAPH_INITIALIZER, tensorParts(tensor))),
    toBinary(GraphProtoSchema, create(GraphProtoSchema, { input, output })),
  ];
  return joined([
    toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion, producerName })),
    ...field(MODEL_GRAPH, graphParts),
    toBinary(ModelProtoSchema, create(ModelProtoSchema, { opsetImport, metadataProps })),
  ]);
}

function tensorParts(tensor: TensorProto): readonly Uint8Array[] {
  if (tensor.rawData.length === 0) return [toBinary(TensorProtoSchema, tensor)];
  const { dims, dataType, name, rawData } = tensor;
  const head = toBinary(TensorProtoSchema, create(TensorProtoSchema, { dims, dataType, name }));
  return [head, ...field(TENSOR_RAW_DATA, [rawData])];
}

/** A field whose content is laid out already. */
function field(number: number, content: readonly Uint8Array[]): readonly Uint8Array[] {
  const tag = number * 8 + LENGTH_DELIMITED;
  return [Uint8Array.from([...varint(tag), ...varint(lengthOf(content))]), ...content];
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lengthOf(parts));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
