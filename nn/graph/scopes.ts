import type { Graph, Node } from './ir.js';

/** The graphs among a node's attributes. They read values of the graph around them by name, and hide none. */
export function graphsOf({ attributes }: Node): Graph[] {
  return Object.values(attributes).flatMap((attribute) =>
    attribute.kind === 'graph' ? [attribute.value] : [],
  );
}

/** Every value that a node needs: its inputs, and what its graphs read of the graph around them. */
export function readsOf(node: Node): readonly string[] {
  const graphs = graphsOf(node);
  return graphs.length === 0 ? node.inputs : [...node.inputs, ...graphs.flatMap(capturedBy)];
}

/** The names that a graph reads and does not define. */
function capturedBy({ inputs, initializers, nodes }: Graph): string[] {
  const own = new Set([
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
    ...nodes.flatMap(({ outputs }) => outputs),
  ]);
  return nodes.flatMap(readsOf).filter((name) => name !== '' && !own.has(name));
}

/** The node with other names for values of the graph that it stands in. */
export function withNames(node: Node, rename: (name: string) => string): Node {
  const attributes =
    graphsOf(node).length === 0
      ? node.attributes
      : Object.fromEntries(
          Object.entries(node.attributes).map(([key, attribute]) => [
            key,
            attribute.kind === 'graph'
              ? { kind: attribute.kind, value: readingNames(attribute.value, rename) }
              : attribute,
          ]),
        );
  return { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename), attributes };
}

/** Names are unique across a graph and the graphs in it, so that each one means the outer value. */
function readingNames(graph: Graph, rename: (name: string) => string): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => withNames(node, rename)) };
}
