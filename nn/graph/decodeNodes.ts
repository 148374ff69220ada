import { NnError } from '../errors.js';
import { float32Tensor, type Tensor } from '../tensor.js';
import { decodeTensor } from './decodeTensor.js';
import { type FileNode, type Importer, importNode, isKnown } from './imports.js';
import type { Attribute, Graph, Node } from './ir.js';
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from './onnx_pb.js';

/** Graphs within graphs that are read; programs have two or three. */
const DEPTH_MAX = 16;

/** Reads a graph that is an attribute, within the graph that `importer` is for. */
type DecodeInner = (graph: GraphProto, importer: Importer) => Graph;

const domainOf = ({ domain }: NodeProto) => (domain === 'ai.onnx' ? '' : domain);

/**
 * Throws OPERATOR_UNSUPPORTED naming every operator of a graph, and of those in it, that is not known, so that one look
 * tells what is missing.
 */
export function requireKnown(proto: GraphProto, versions: ReadonlyMap<string, number>): void {
  const all = graphsIn(proto).flatMap((graph) => graph.node);
  const unknown = all.flatMap((node) => {
    const domain = domainOf(node);
    const name = `${domain === '' ? '' : `${domain}.`}${node.opType}`;
    return isKnown(domain, node.opType, versions.get(domain)) ? [] : [name];
  });
  if (unknown.length > 0) {
    const operators = [...new Set(unknown)].sort();
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `opset ${versions.get('')} has operators that are not known: ${operators.join(', ')}`,
      { details: { operators } },
    );
  }
}

/** The nodes of a file, whose operators are known and whose constants go to `importer`. */
export function decodeNodes(
  proto: GraphProto,
  versions: ReadonlyMap<string, number>,
  importer: Importer,
  decodeInner: DecodeInner,
): Node[] {
  return proto.node.flatMap((node) => {
    const domain = domainOf(node);
    const graphOf = (graph: GraphProto) => decodeInner(graph, importer);
    return importNode(fileNode(node, domain, versions.get(domain), graphOf), importer);
  });
}

/** The graph and every one in it. Throws GRAPH_INVALID where they nest deeper than any program does. */
function graphsIn(proto: GraphProto, depth = 0): GraphProto[] {
  if (depth > DEPTH_MAX)
    throw new NnError('GRAPH_INVALID', `graphs within graphs are read ${DEPTH_MAX} deep`);
  const inner = proto.node.flatMap(({ attribute }) => attribute.flatMap(({ g }) => g ?? []));
  return [proto, ...inner.flatMap((graph) => graphsIn(graph, depth + 1))];
}

/** What reads the nodes of `proto`, a graph within that of `outer`, and puts their constants into `initializers`. */
export function importerInto(
  proto: GraphProto,
  initializers: Map<string, Tensor>,
  outer?: Importer,
): Importer {
  const fresh = outer?.fresh ?? freshNames(proto);
  return {
    fresh,
    constant: (tensor, name = fresh()) => {
      if (initializers.has(name)) throw new NnError('GRAPH_INVALID', `constant '${name}' is defined twice`);
      initializers.set(name, tensor);
      return name;
    },
    valueOf: (name) => initializers.get(name) ?? outer?.valueOf(name),
  };
}

/** Names that neither the graph nor any graph in it has. */
function freshNames(proto: GraphProto): () => string {
  const taken = new Set(
    graphsIn(proto).flatMap(({ input, node, initializer }) => [
      ...input.map(({ name }) => name),
      ...node.flatMap(({ output }) => output),
      ...initializer.map(({ name }) => name),
    ]),
  );
  let made = 0;
  return () => {
    do made += 1;
    while (taken.has(`imported/${made}`));
    return `imported/${made}`;
  };
}

function fileNode(
  proto: NodeProto,
  domain: string,
  version: number | undefined,
  graphOf: (graph: GraphProto) => Graph,
): FileNode {
  const attributes: Record<string, Attribute> = {};
  const tensors: Record<string, Tensor> = {};
  for (const entry of proto.attribute) {
    const tensor = decodeTensorAttribute(entry);
    if (tensor) tensors[entry.name] = tensor;
    else attributes[entry.name] = decodeAttribute(proto, entry, graphOf);
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
  if (type === AttributeType.TENSOR && t?.dataType === DataType.DOUBLE) return narrowed(t);
  if (type === AttributeType.TENSOR && t) return decodeTensor(t);
  if (type === AttributeType.FLOATS) return float32Tensor([floats.length], Float32Array.from(floats));
  return undefined;
}

/** Exporters write constants as doubles and cast them to floats in the next node. */
function narrowed({ dims, doubleData, rawData }: TensorProto): Tensor {
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const values =
    rawData.length > 0
      ? Array.from({ length: rawData.length / 8 }, (_, at) => view.getFloat64(8 * at, true))
      : doubleData;
  return float32Tensor(dims.map(Number), Float32Array.from(values));
}

function decodeAttribute(
  node: NodeProto,
  attribute: AttributeProto,
  graphOf: (graph: GraphProto) => Graph,
): Attribute {
  switch (attribute.type) {
    case AttributeType.INT:
      return { kind: 'int', value: Number(attribute.i) };
    case AttributeType.FLOAT:
      return { kind: 'float', value: attribute.f };
    case AttributeType.STRING:
      return { kind: 'string', value: new TextDecoder().decode(attribute.s) };
    case AttributeType.INTS:
      return { kind: 'ints', value: attribute.ints.map(Number) };
    case AttributeType.GRAPH:
      if (attribute.g) return { kind: 'graph', value: graphOf(attribute.g) };
      throw new NnError('GRAPH_INVALID', `${node.opType}: attribute '${attribute.name}' holds no graph`);
    default:
      throw new NnError(
        'OPERATOR_UNSUPPORTED',
        `${node.opType}: attribute '${attribute.name}' is of a kind that is not supported (${attribute.type})`,
      );
  }
}
