import { fromBinary } from '@bufbuild/protobuf';
import { NnError } from '../errors.js';
import { verifyGraph } from '../ops/verify.js';
import { float32Tensor, type Tensor } from '../tensor.js';
import { decodeTensor, type ReadExternal } from './decodeTensor.js';
import { ONNX_DTYPES } from './dtypes.js';
import { type FileNode, type Importer, importNode, isKnown } from './imports.js';
import type { Attribute, Dimension, Graph, Node, ValueInfo } from './ir.js';
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from './onnx_pb.js';
import { MODEL_BYTES_MAX, OPSET_VERSION } from './opset.js';

export interface DecodedModel {
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads and verifies an ONNX model file. Weights are views on `bytes` where alignment allows; those outside the file
 * come from `readExternal` and are refused without it. Throws GRAPH_INVALID for a damaged file, one that breaks ONNX's
 * rules or points outside itself, OPERATOR_UNSUPPORTED for operators, element types or opsets not known,
 * SHAPE_MISMATCH for operands that do not fit.
 */
export function decodeModel(bytes: Uint8Array, readExternal?: ReadExternal): DecodedModel {
  if (bytes.length > MODEL_BYTES_MAX) {
    throw new NnError(
      'GRAPH_INVALID',
      `an ONNX file is at most ${MODEL_BYTES_MAX} bytes, this is ${bytes.length}`,
    );
  }
  const model = parse(bytes);
  if (!model.graph) throw new NnError('GRAPH_INVALID', 'the file holds no graph; is it an ONNX model?');
  if (model.functions.length > 0)
    throw new NnError('OPERATOR_UNSUPPORTED', 'model-local functions are not supported');
  const graph = decodeGraph(model.graph, opsets(model), readExternal);
  verifyGraph(graph);
  return { graph, metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])) };
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw new NnError('GRAPH_INVALID', 'the file is damaged or not an ONNX model', { cause: error });
  }
}

function opsets(model: ModelProto): ReadonlyMap<string, number> {
  const imported = new Map(
    model.opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)]),
  );
  const standard = imported.get('');
  if (standard === undefined || standard > OPSET_VERSION) {
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `the model needs opset ${standard ?? '(none named)'}; up to ${OPSET_VERSION} is supported, convert it with onnx.version_converter`,
    );
  }
  return imported;
}

function decodeGraph(
  proto: GraphProto,
  versions: ReadonlyMap<string, number>,
  readExternal: ReadExternal | undefined,
): Graph {
  if (proto.sparseInitializer.length > 0) {
    throw new NnError('OPERATOR_UNSUPPORTED', 'sparse weights are not supported');
  }
  const initializers = new Map<string, Tensor>();
  for (const tensor of proto.initializer) {
    if (initializers.has(tensor.name))
      throw new NnError('GRAPH_INVALID', `weight '${tensor.name}' is defined twice`);
    initializers.set(tensor.name, decodeTensor(tensor, readExternal));
  }
  const stored = new Set(initializers.keys());
  return {
    name: proto.name,
    // Files of before IR version 4 list their weights among the inputs too.
    inputs: proto.input.filter(({ name }) => !stored.has(name)).map(decodeValue),
    outputs: proto.output.map(decodeValue),
    initializers,
    nodes: decodeNodes(proto, versions, importerInto(proto, initializers)),
  };
}

function importerInto(proto: GraphProto, initializers: Map<string, Tensor>): Importer {
  const taken = new Set([
    ...proto.input.map(({ name }) => name),
    ...proto.node.flatMap(({ output }) => output),
    ...initializers.keys(),
  ]);
  let made = 0;
  const fresh = () => {
    do made += 1;
    while (taken.has(`imported/${made}`));
    return `imported/${made}`;
  };
  return {
    fresh,
    constant: (tensor, name = fresh()) => {
      if (initializers.has(name)) throw new NnError('GRAPH_INVALID', `constant '${name}' is defined twice`);
      initializers.set(name, tensor);
      return name;
    },
    valueOf: (name) => initializers.get(name),
  };
}

function decodeValue({ name, type }: ValueInfoProto): ValueInfo {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  const dtype = ONNX_DTYPES.get(tensor?.elemType ?? 0);
  if (!tensor || !dtype) {
    throw new NnError('OPERATOR_UNSUPPORTED', `'${name}' must be a tensor of float32, int32, int64 or bool`);
  }
  if (!tensor.shape) throw new NnError('GRAPH_INVALID', `'${name}' has no shape`);
  const shape = tensor.shape.dim.map(({ value }, axis): Dimension => {
    if (value.case === 'dimValue' && value.value >= 0n) return Number(value.value);
    // An axis without a name is known to equal nothing but itself.
    if (value.case === 'dimParam' && value.value !== '') return value.value;
    return `${name}.${axis}`;
  });
  return { name, dtype, shape };
}

/** Throws OPERATOR_UNSUPPORTED naming every operator that is not known, so that one look tells what is missing. */
function decodeNodes(proto: GraphProto, versions: ReadonlyMap<string, number>, importer: Importer): Node[] {
  const unknown = new Set<string>();
  const nodes = proto.node.flatMap((each): readonly Node[] => {
    const domain = each.domain === 'ai.onnx' ? '' : each.domain;
    if (!isKnown(domain, each.opType, versions.get(domain))) {
      unknown.add(`${domain === '' ? '' : `${domain}.`}${each.opType}`);
      return [];
    }
    return importNode(fileNode(each, domain, versions.get(domain)), importer);
  });
  if (unknown.size === 0) return nodes;
  const operators = [...unknown].sort();
  throw new NnError(
    'OPERATOR_UNSUPPORTED',
    `opset ${versions.get('')} has operators that are not known: ${operators.join(', ')}`,
    { details: { operators } },
  );
}

function fileNode(proto: NodeProto, domain: string, version: number | undefined): FileNode {
  const attributes: Record<string, Attribute> = {};
  const tensors: Record<string, Tensor> = {};
  for (const entry of proto.attribute) {
    const tensor = decodeTensorAttribute(entry);
    if (tensor) tensors[entry.name] = tensor;
    else attributes[entry.name] = decodeAttribute(proto, entry);
  }
  return {
    domain,
    type: proto.opType,
    version,
    inputs: proto.input,
    outputs: proto.output,
    attributes,
    tensors,
  };
}

function decodeTensorAttribute({ type, t, floats }: AttributeProto): Tensor | undefined {
  if (type === AttributeType.TENSOR && t) return decodeTensor(t);
  if (type === AttributeType.FLOATS) return float32Tensor([floats.length], Float32Array.from(floats));
  return undefined;
}

function decodeAttribute(node: NodeProto, attribute: AttributeProto): Attribute {
  switch (attribute.type) {
    case AttributeType.INT:
      return { kind: 'int', value: Number(attribute.i) };
    case AttributeType.FLOAT:
      return { kind: 'float', value: attribute.f };
    case AttributeType.STRING:
      return { kind: 'string', value: new TextDecoder().decode(attribute.s) };
    case AttributeType.INTS:
      return { kind: 'ints', value: attribute.ints.map(Number) };
    default:
      throw new NnError(
        'OPERATOR_UNSUPPORTED',
        `${node.opType}: attribute '${attribute.name}' is of a kind that is not supported (${attribute.type})`,
      );
  }
}
