import type { Graph, Node } from '../graph/ir.js';
import { GraphBuilder } from '../ops/builder.js';
import type { Known } from '../ops/rule.js';
import type { Operator } from '../ops/table.js';

/** The products; all float operands of one are of one element type. */
const PRODUCTS: ReadonlySet<string> = new Set<Operator>([
  'com.microsoft.FusedMatMul-1',
  'Gemm-13',
  'MatMul-13',
]);

/** Operators whose result holds values of its float operands and nothing else: rounding before or after is the same. */
const MOVERS: ReadonlySet<string> = new Set<Operator>([
  'Concat-13',
  'Expand-13',
  'Flatten-13',
  'Identity-16',
  'Reshape-19',
  'Slice-13',
  'Split-18',
  'Squeeze-13',
  'Transpose-13',
  'Unsqueeze-13',
]);

/** Which nodes of a float32 graph compute in half precision, and which values are read how. */
export interface Forms {
  readonly products: ReadonlySet<Node>;
  /** Nodes that stand in each form that is read of their results. */
  readonly movers: ReadonlySet<Node>;
  readonly wide: ReadonlySet<string>;
  readonly half: ReadonlySet<string>;
}

/** The products among `exact` stay float32. */
export function neededForms(graph: Graph, exact: ReadonlySet<Node>): Forms {
  const builder = GraphBuilder.from(graph);
  const isFloat32 = (name: string) => name !== '' && builder.type(name).dtype === 'float32';
  const products = new Set(graph.nodes.filter((node) => isMatrixProduct(node, builder) && !exact.has(node)));
  const movers = new Set(graph.nodes.filter(({ op, inputs }) => MOVERS.has(op) && isFloat32(inputs[0]!)));
  const wide = new Set(graph.outputs.map(({ name }) => name));
  const half = new Set<string>();
  for (const node of graph.nodes.toReversed()) {
    const isRead = (form: ReadonlySet<string>) => node.outputs.some((value) => form.has(value));
    const [asWide, asHalf] = products.has(node)
      ? [false, true]
      : movers.has(node)
        ? [isRead(wide), isRead(half)]
        : [true, false];
    for (const name of node.inputs) {
      if (asWide || !isFloat32(name)) wide.add(name);
      if (asHalf && isFloat32(name)) half.add(name);
    }
  }
  return { products, movers, wide, half };
}

/** A product with a matrix of one row or column is a sum or copies in disguise, whose place is float32. */
function isMatrixProduct({ op, inputs }: Node, known: Known): boolean {
  if (!PRODUCTS.has(op)) return false;
  return inputs.slice(0, 2).every((name) => !known.type(name).shape.slice(-2).includes(1));
}
