import { NnError } from '../errors.js';
import { broadcast } from '../graph/dimension.js';
import type { Node, Shape, ValueType } from '../graph/ir.js';
import { type DType, elementCount, isFloat } from '../tensor.js';
import { type Combine, pairedElements } from './elements.js';
import type { CostRequest, Emitter, GradientRule, Known, OperatorRule } from './rule.js';

/** The input at `index`. Throws GRAPH_INVALID where it is missing. */
export function input(node: Node, index: number): string {
  const name = node.inputs[index];
  if (!name) throw new NnError('GRAPH_INVALID', `${node.op} needs input ${index}`);
  return name;
}

export function output(node: Node, index = 0): string {
  const name = node.outputs[index];
  if (!name) throw new NnError('GRAPH_INVALID', `${node.op} needs output ${index}`);
  return name;
}

/** The type of a float operand of any precision. Throws SHAPE_MISMATCH. */
export function floats(known: Known, node: Node, index: number): ValueType {
  const type = known.type(input(node, index));
  if (!isFloat(type.dtype)) {
    throw new NnError('SHAPE_MISMATCH', `${node.op}: input ${index} must be floats, it is ${type.dtype}`);
  }
  return type;
}

/** The type itself. Throws SHAPE_MISMATCH for other elements than `dtype`. */
export function requireType(node: Node, type: ValueType, dtype: DType): ValueType {
  if (type.dtype === dtype) return type;
  throw new NnError('SHAPE_MISMATCH', `${node.op} takes ${dtype}, found ${type.dtype}`);
}

/** A dimension that must be a number. Throws SHAPE_MISMATCH for a symbolic or missing one. */
export function fixed(shape: Shape, axis: number, what: string): number {
  const dimension = shape.at(axis);
  if (typeof dimension !== 'number') {
    throw new NnError('SHAPE_MISMATCH', `${what} must have a fixed length, it is ${dimension ?? 'missing'}`);
  }
  return dimension;
}

/** A float function applied element by element; `derivative` emits d loss / d input. */
export function unary(
  derivative: (emitter: Emitter, operands: { x: string; y: string; dy: string }) => string,
  flopsPerElement = 1,
): OperatorRule {
  return {
    infer: (node, known) => [floats(known, node, 0)],
    gradient: ({ node, emitter, outputGradients, wanted }) => {
      const dy = outputGradients[0];
      if (!dy || !wanted[0]) return [null];
      return [derivative(emitter, { x: input(node, 0), y: output(node), dy })];
    },
    flops: perOutputElement(flopsPerElement),
  };
}

/** As `unary`, for functions that whole numbers have too. */
export function signed(derivative: Parameters<typeof unary>[0]): OperatorRule {
  return {
    ...unary(derivative),
    infer: (node, known) => {
      const x = known.type(input(node, 0));
      if (x.dtype === 'bool')
        throw new NnError('SHAPE_MISMATCH', `${node.op} takes numbers, found truth values`);
      return [x];
    },
  };
}

/** A float function that is constant between its steps: the gradient is 0, as PyTorch has it at the steps too. */
export function stepwise(): OperatorRule {
  return unary((emitter, { dy }) => emitter.emit('Mul-14', [dy, emitter.scalar(0)]));
}

type Partial2 = (emitter: Emitter, operands: { x: string; y: string; z: string; dz: string }) => string;

/**
 * A function of two numbers, whose operands broadcast against each other; `combine` is the same function of lengths,
 * undefined where it cannot tell.
 */
export function binary(partials: readonly [Partial2, Partial2], combine?: Combine): OperatorRule {
  return {
    infer: (node, known) => {
      const { dtype, shape } = alike(node, known);
      if (dtype === 'bool')
        throw new NnError('SHAPE_MISMATCH', `${node.op} takes numbers, found truth values`);
      return [{ dtype, shape }];
    },
    gradient: binaryGradient(partials),
    flops: perOutputElement(1),
    ...(combine ? { elements: (node: Node, known: Known) => pairedElements(node, known, combine) } : {}),
  };
}

/** The element type that exactly two operands share, and the shape they broadcast to. Throws SHAPE_MISMATCH. */
function alike(node: Node, known: Known): ValueType {
  const [left, right] = [known.type(input(node, 0)), known.type(input(node, 1))];
  if (left.dtype !== right.dtype || node.inputs.length !== 2) {
    const given = node.inputs.map((_, index) => known.type(input(node, index)).dtype);
    throw new NnError('SHAPE_MISMATCH', `${node.op} takes two operands alike, found ${given.join(', ')}`);
  }
  return { dtype: left.dtype, shape: broadcast(left.shape, right.shape) };
}

/** A truth value from two operands that broadcast against each other. */
export function comparison(): OperatorRule {
  return {
    infer: (node, known) => [{ dtype: 'bool', shape: alike(node, known).shape }],
    gradient: { notDifferentiable: 'the result is a truth value' },
    flops: perOutputElement(1),
  };
}

/** A truth value from two of them, which broadcast against each other. */
export function connective(): OperatorRule {
  const rule = comparison();
  return {
    ...rule,
    infer: (node, known) => {
      requireType(node, known.type(input(node, 0)), 'bool');
      return rule.infer(node, known);
    },
  };
}

function binaryGradient(partials: readonly [Partial2, Partial2]): GradientRule {
  return ({ node, emitter, outputGradients, wanted }) => {
    const dz = outputGradients[0];
    const operands = { x: input(node, 0), y: input(node, 1), z: output(node) };
    return partials.map((partial, index) =>
      dz && wanted[index] ? partial(emitter, { ...operands, dz }) : null,
    );
  };
}

export function perOutputElement(flopsPerElement: number): (request: CostRequest) => number {
  return ({ outputs }) => flopsPerElement * elementCount(outputs[0] ?? []);
}

export function perInputElement(flopsPerElement: number): (request: CostRequest) => number {
  return ({ inputs }) => flopsPerElement * elementCount(inputs[0] ?? []);
}

/** Operators that only move or describe data. */
export const noFlops = (): number => 0;

/** The elements of a constant int64 input that must not be symbolic. Throws GRAPH_INVALID. */
export function constantInts(known: Known, node: Node, index: number): number[] {
  const elements = known.elements(input(node, index));
  if (elements === undefined || elements.some((element) => typeof element !== 'number')) {
    throw new NnError('GRAPH_INVALID', `${node.op}: input ${index} must be a constant`);
  }
  return elements as number[];
}
