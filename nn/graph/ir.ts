import type { DType, Tensor } from '../tensor.js';

/** A fixed length, or the name of an axis whose length is known at run time (`batch`, `sequence`). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface ValueInfo extends ValueType {
  readonly name: string;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'graph'; readonly value: Graph };

export type Attributes = Readonly<Record<string, Attribute>>;

/** One operator application. `''` among the inputs or outputs stands for an optional one left out. */
export interface Node {
  /** Operator, domain and the opset version its meaning was fixed in, such as `Gelu-20`. */
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/**
 * A computation in static single assignment form: every name is defined once, before it is used. A graph that is an
 * attribute may also read what is defined before its node.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Node[];
}
