import type { Attributes, Graph, Node, Shape, ValueType } from '../graph/ir.js';
import type { Tensor } from '../tensor.js';
import type { Operator } from './table.js';

/** What shape inference may ask about the values defined so far. */
export interface Known {
  type(value: string): ValueType;
  /**
   * The elements of a scalar or vector of whole numbers or truth values (1 and 0) where they are known, possibly as
   * symbols (from `Shape`).
   */
  elements(value: string): Shape | undefined;
  /** What is known inside a graph among a node's attributes. Throws as inferring its nodes does. */
  inside(graph: Graph): Known;
}

/** Adds nodes to the graph being built; each method returns the name of the new value. */
export interface Emitter extends Known {
  emit(op: Operator, inputs: readonly string[], attributes?: Attributes): string;
  /** As `emit`, for operators with several outputs; `false` leaves an optional one out. */
  emitAll(
    op: Operator,
    inputs: readonly string[],
    attributes: Attributes,
    outputs: readonly boolean[],
  ): string[];
  constant(tensor: Tensor): string;
  scalar(value: number): string;
  /** An int64 vector. */
  indices(values: readonly number[]): string;
  /** An int64 vector holding the run-time shape of `value`. */
  shapeOf(value: string): string;
  /** The value `make` emitted the first time it was asked for under `key`. */
  once(key: string, make: () => string): string;
}

/** A linear layer just emitted. */
export interface LinearLayer {
  /** Its module's Hugging Face name. */
  readonly module: string;
  /** [rows, in]. */
  readonly x: string;
  /** [rows, out]: x W^T + b. */
  readonly y: string;
}

/** What a layer's users read in place of `y`: `y` itself, or a value computed from it. */
export type LinearHook = (emitter: Emitter, layer: LinearLayer) => string;

export interface GradientRequest {
  readonly node: Node;
  readonly emitter: Emitter;
  /** d loss / d output, one for each output; null where the loss does not depend on it. */
  readonly outputGradients: readonly (string | null)[];
  /** Which inputs need a gradient; a rule must do no work for the others. */
  readonly wanted: readonly boolean[];
}

/**
 * Emits d loss / d input for each wanted input, null elsewhere. A gradient may have the broadcast output's
 * shape: the driver sums it back to its source's.
 */
export type GradientRule = (request: GradientRequest) => readonly (string | null)[];

export interface NotDifferentiable {
  readonly notDifferentiable: string;
  /** The result says nothing of the operands' values, so no gradient is missing. */
  readonly ofLengthsAlone?: true;
}

export interface CostRequest {
  readonly node: Node;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

/** Everything known about one operator at one opset version. */
export interface OperatorRule {
  /** Types of the outputs. Throws SHAPE_MISMATCH or GRAPH_INVALID for operands that do not fit. */
  infer(node: Node, known: Known): readonly ValueType[];
  readonly gradient: GradientRule | NotDifferentiable;
  /** Why this form of an operator that has a gradient has none; undefined where it has. */
  formWithoutGradient?(node: Node, known: Known): string | undefined;
  /** Floating-point operations of one execution. */
  flops(request: CostRequest): number;
  /** Elements of the first output, where it is a scalar or vector of whole numbers or truth values and they are known. */
  elements?(node: Node, known: Known): Shape | undefined;
}
