import { NnError } from '../errors.js';
import { broadcast } from '../graph/dimension.js';
import type { Node, Shape, ValueType } from '../graph/ir.js';
import { elementCount } from '../tensor.js';
import type { CostRequest, Emitter, GradientRule, Known, NotDifferentiable, OperatorRule } from './rule.js';

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

export function floats(known: Known, node: Node, index: number): ValueType {
  const type = known.type(input(node, index));
  if (type.dtype !== 'float32') {
    throw new NnError('SHAPE_MISMATCH', `${node.op}: input ${index} must be float32, it is ${type.dtype}`);
  }
  return type;
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

type Partial2 = (emitter: Emitter, operands: { x: string; y: string; z: string; dz: string }) => string;

/** A function of two operands that broadcast against each other. */
export function binary(partials: readonly [Partial2, Partial2] | NotDifferentiable): OperatorRule {
  return {
    infer: (node, known) => {
      const left = known.type(input(node, 0));
      const right = known.type(input(node, 1));
      if (left.dtype !== right.dtype) {
        throw new NnError('SHAPE_MISMATCH', `${node.op}: ${left.dtype} and ${right.dtype} do not mix`);
      }
      return [{ dtype: left.dtype, shape: broadcast(left.shape, right.shape) }];
    },
    gradient: 'notDifferentiable' in partials ? partials : binaryGradient(partials),
    flops: perOutputElement(1),
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
