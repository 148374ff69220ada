import { NnError } from '../errors.js';
import { float32Tensor, type Tensor } from '../tensor.js';
import { decodeTensor } from './decodeTensor.js';
import { type FileNode, type Importer, importNode, isKnown } from './imports.js';
import type { Attribute, Node } from './ir.js';
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from './onnx_pb.js';

/**
 * The nodes of a file, and in `initializers` the constants that they stand for. Throws OPERATOR_UNSUPPORTED naming every
 * operator that is not known, so that one look tells what is missing.
 */
export function decodeNodes(
  proto: GraphProto,
  versions: ReadonlyMap<string, number>,
  initializers: Map<string, Tensor>,
): Node[] {
  const domainOf = ({ domain }: NodeProto) => (domain === 'ai.onnx' ? '' : domain);
  const unknown = proto.node.flatMap((node) => {
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
  const importer = importerInto(proto, initializers);
  return proto.node.flatMap((node) => {
    const domain = domainOf(node);
    return importNode(fileNode(node, domain, versions.get(domain)), importer);
  });
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
