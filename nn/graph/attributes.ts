import { NnError } from '../errors.js';
import type { Attribute, Graph, Node } from './ir.js';

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
export const graph = (value: Graph): Attribute => ({ kind: 'graph', value });

interface AttributeValues {
  readonly int: number;
  readonly float: number;
  readonly string: string;
  readonly ints: readonly number[];
}

/** The graph in an attribute. Throws GRAPH_INVALID where there is none. */
export function graphAttribute(node: Node, name: string): Graph {
  const found = node.attributes[name];
  if (found?.kind !== 'graph') throw new NnError('GRAPH_INVALID', `${node.op} needs a graph as its ${name}`);
  return found.value;
}

/** The value of an attribute of one kind, or `fallback` where the node leaves it out. Throws GRAPH_INVALID. */
export function attribute<K extends keyof AttributeValues>(
  node: Node,
  name: string,
  kind: K,
  fallback: AttributeValues[K],
): AttributeValues[K] {
  const found = node.attributes[name];
  if (found === undefined) return fallback;
  if (found.kind !== kind) {
    throw new NnError(
      'GRAPH_INVALID',
      `${node.op}: attribute ${name} must be of kind ${kind}, it is ${found.kind}`,
    );
  }
  // The kinds are equal, which the compiler cannot carry over to the value.
  return found.value as AttributeValues[K];
}
