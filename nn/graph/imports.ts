import { NnError } from '../errors.js';
import { findOperator } from '../ops/lookup.js';
import type { Operator } from '../ops/table.js';
import { float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { int } from './attributes.js';
import type { Attribute, Attributes, Node } from './ir.js';

/** A node of a file. */
export interface FileNode {
  /** '' for the standard domain. */
  readonly domain: string;
  readonly type: string;
  /** Of the domain's opset that the file imports; undefined where it imports none. */
  readonly version: number | undefined;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** Attributes that are tensors or lists of floats. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** What the graph being read offers to the nodes that are read into it. */
export interface Importer {
  /** Adds a constant and returns its name. */
  constant(tensor: Tensor, name?: string): string;
  /** The constant of that name. */
  valueOf(name: string): Tensor | undefined;
  /** A name that the file does not have. */
  readonly fresh: () => string;
}

type Import = (node: FileNode, importer: Importer) => readonly Node[];

/** Whether a file of that opset of a domain may have such nodes. */
export function isKnown(domain: string, type: string, version: number | undefined): boolean {
  return rewriting(domain, type, version) !== undefined || findOperator(domain, type, version) !== undefined;
}

/** The nodes that a node of a file is read as. Throws OPERATOR_UNSUPPORTED or GRAPH_INVALID for forms not known. */
export function importNode(node: FileNode, importer: Importer): readonly Node[] {
  const read = rewriting(node.domain, node.type, node.version);
  if (read) return read(node, importer);
  const op = findOperator(node.domain, node.type, node.version);
  if (op === undefined) throw new NnError('OPERATOR_UNSUPPORTED', `operator ${node.type} is not known`);
  const [unread] = Object.keys(node.tensors);
  if (unread) {
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `${node.type}: attribute '${unread}' is of a kind not supported`,
    );
  }
  requireGraphs(op, node);
  return FOLDED.has(op) ? fold(op, node, importer) : [withInputs(op, node, importer)];
}

/** Attributes that are graphs. */
const GRAPHS: Readonly<Partial<Record<Operator, readonly string[]>>> = {
  'If-16': ['then_branch', 'else_branch'],
  'Loop-16': ['body'],
};

/** Throws OPERATOR_UNSUPPORTED for a graph that the operator has no place for: no rule would look at it. */
function requireGraphs(op: Operator, node: FileNode): void {
  for (const [name, { kind }] of Object.entries(node.attributes)) {
    if (kind !== 'graph' || GRAPHS[op]?.includes(name)) continue;
    throw new NnError('OPERATOR_UNSUPPORTED', `${node.type}: attribute '${name}' is of a kind not supported`);
  }
}

function rewriting(domain: string, type: string, version = 0): Import | undefined {
  const rewritten = domain === '' && Object.hasOwn(REWRITTEN, type) ? REWRITTEN[type] : undefined;
  return rewritten && rewritten.since <= version ? rewritten.read : undefined;
}

/** Operators of files that the graph says by others, and the opset since when they mean that. */
export const REWRITTEN: Readonly<Record<string, { readonly since: number; readonly read: Import }>> = {
  Constant: { since: 1, read: readConstant },
  ConstantOfShape: { since: 9, read: readConstantOfShape },
  Dropout: { since: 7, read: readDropout },
  Mean: { since: 8, read: readMean },
  Sum: { since: 6, read: (node, importer) => fold('Add-14', node, importer) },
};

/** Operators of any number of operands in files, of two here. */
const FOLDED: ReadonlySet<Operator> = new Set<Operator>(['Max-13', 'Min-13']);

/** Attributes of older opsets that are inputs today, from the second input on. */
const INPUTS: Readonly<Partial<Record<Operator, readonly string[]>>> = {
  'Clip-13': ['min', 'max'],
  'Pad-19': ['pads', 'value'],
  'ReduceMax-18': ['axes'],
  'ReduceMean-18': ['axes'],
  'ReduceMin-18': ['axes'],
  'ReduceSum-13': ['axes'],
  'Slice-13': ['starts', 'ends', 'axes'],
  'Split-18': ['split'],
  'Squeeze-13': ['axes'],
  'TopK-11': ['k'],
  'Unsqueeze-13': ['axes'],
};

function withInputs(op: Operator, node: FileNode, importer: Importer): Node {
  const moved = INPUTS[op] ?? [];
  const kept = Object.entries(node.attributes).filter(([name]) => !moved.includes(name));
  const added = moved.map((name) => {
    const attribute = node.attributes[name];
    return attribute ? importer.constant(tensorOf(node, attribute)) : '';
  });
  while (added.at(-1) === '') added.pop();
  const inputs = added.length > 0 ? [...node.inputs.slice(0, 1), ...added] : node.inputs;
  const read = { op, inputs, outputs: node.outputs, attributes: Object.fromEntries(kept) };
  return op === 'Split-18' ? inEqualParts(read) : read;
}

function tensorOf(node: FileNode, attribute: Attribute): Tensor {
  switch (attribute.kind) {
    case 'int':
      return int64Tensor([1], BigInt64Array.of(BigInt(attribute.value)));
    case 'ints':
      return int64Tensor([attribute.value.length], BigInt64Array.from(attribute.value, BigInt));
    case 'float':
      return float32Tensor([], Float32Array.of(attribute.value));
    case 'string':
    case 'graph':
      throw new NnError('GRAPH_INVALID', `${node.type}: a ${attribute.kind} is where a number must be`);
  }
}

/** What opset 13 left unsaid and 18 demands: into how many parts. */
function inEqualParts(node: Node): Node {
  if (node.inputs[1] || node.attributes['num_outputs'] !== undefined) return node;
  return { ...node, attributes: { ...node.attributes, num_outputs: int(node.outputs.length) } };
}

/** An operator of two operands applied from the left to all there are; one alone stays as it is. */
function fold(op: Operator, { type, inputs, outputs }: FileNode, importer: Importer): Node[] {
  const [first, ...others] = inputs;
  const [result = ''] = outputs;
  if (first === undefined) throw new NnError('GRAPH_INVALID', `${type} has no operands`);
  if (others.length === 0) return [{ op: 'Identity-16', inputs: [first], outputs: [result], attributes: {} }];
  let left = first;
  return others.map((right, at) => {
    const made = at === others.length - 1 ? result : importer.fresh();
    const node = { op, inputs: [left, right], outputs: [made], attributes: {} };
    left = made;
    return node;
  });
}

function readMean(node: FileNode, importer: Importer): Node[] {
  const sum = importer.fresh();
  const count = importer.constant(float32Tensor([], Float32Array.of(node.inputs.length)));
  return [
    ...fold('Add-14', { ...node, outputs: [sum] }, importer),
    { op: 'Div-14', inputs: [sum, count], outputs: node.outputs, attributes: {} },
  ];
}

function readConstant(node: FileNode, importer: Importer): Node[] {
  const { value_int: whole, value_ints: list, value_float: number } = node.attributes;
  const attribute = list ?? number;
  const tensor =
    node.tensors['value'] ??
    node.tensors['value_floats'] ??
    (whole?.kind === 'int' ? int64Tensor([], BigInt64Array.of(BigInt(whole.value))) : undefined) ??
    (attribute ? tensorOf(node, attribute) : undefined);
  if (!tensor)
    throw new NnError('OPERATOR_UNSUPPORTED', `${node.type}: its value is of a kind not supported`);
  importer.constant(tensor, node.outputs[0] ?? '');
  return [];
}

function readConstantOfShape(node: FileNode, importer: Importer): Node[] {
  const { dtype, data } = node.tensors['value'] ?? float32Tensor([1]);
  if (data.length !== 1) throw new NnError('GRAPH_INVALID', `${node.type}: its value must be one number`);
  const value = importer.constant({ dtype, dims: [], data });
  return [
    { op: 'Expand-13', inputs: [value, ...node.inputs.slice(0, 1)], outputs: node.outputs, attributes: {} },
  ];
}

/** As inference has it. Training it as it was trained once would need random numbers, which a graph does not hold. */
function readDropout(node: FileNode, importer: Importer): Node[] {
  const [x = '', , training] = node.inputs;
  const [y = '', mask] = node.outputs;
  if (training && importer.valueOf(training)?.data[0] !== 0) {
    throw new NnError('OPERATOR_UNSUPPORTED', `${node.type} is known as inference has it only`, {
      details: { operators: [node.type] },
    });
  }
  const copy = { op: 'Identity-16', inputs: [x], outputs: [y], attributes: {} };
  return mask ? [copy, ...allTrue(x, mask, importer)] : [copy];
}

/** `result`: truth values in the shape of `like`. */
function allTrue(like: string, result: string, importer: Importer): Node[] {
  const shape = importer.fresh();
  const one = importer.constant({ dtype: 'bool', dims: [], data: Uint8Array.of(1) });
  return [
    { op: 'Shape-19', inputs: [like], outputs: [shape], attributes: {} },
    { op: 'Expand-13', inputs: [one, shape], outputs: [result], attributes: {} },
  ];
}
