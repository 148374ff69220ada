import { fromBinary } from '@bufbuild/protobuf';
import { NnError } from '../errors.js';
import { verifyGraph } from '../ops/verify.js';
import type { Tensor } from '../tensor.js';
import { decodeNodes, importerInto, requireKnown } from './decodeNodes.js';
import { decodeTensor, type ReadExternal } from './decodeTensor.js';
import { ONNX_DTYPES } from './dtypes.js';
import type { Importer } from './imports.js';
import type { Dimension, Graph, ValueInfo } from './ir.js';
import { type GraphProto, type ModelProto, ModelProtoSchema, type ValueInfoProto } from './onnx_pb.js';
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
  const model = parseModel(bytes);
  if (!model.graph) throw new NnError('GRAPH_INVALID', 'the file holds no graph; is it an ONNX model?');
  if (model.functions.length > 0)
    throw new NnError('OPERATOR_UNSUPPORTED', 'model-local functions are not supported');
  const versions = opsets(model);
  requireKnown(model.graph, versions);
  const graph = decodeGraph(model.graph, versions, readExternal);
  verifyGraph(graph);
  return { graph, metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])) };
}

/** The file's content as it is, unverified. Throws GRAPH_INVALID for what is no protobuf of that kind. */
export function parseModel(bytes: Uint8Array): ModelProto {
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
  outer?: Importer,
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
    nodes: decodeNodes(proto, versions, importerInto(proto, initializers, outer), (inner, importer) =>
      decodeGraph(inner, versions, readExternal, importer),
    ),
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
