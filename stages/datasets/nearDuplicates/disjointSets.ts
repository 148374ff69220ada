export interface DisjointSets {
  /** The representative of the item's set. */
  find(item: number): number;
  union(a: number, b: number): void;
}

/** Union-find with path halving; the smaller index represents, so the outcome does not depend on the order. */
export const createDisjointSets = (size: number): DisjointSets => {
  const parents = Uint32Array.from({ length: size }, (_, index) => index);
  const find = (item: number): number => {
    let current = item;
    while (parents[current] !== current) {
      const grandparent = parents[parents[current] as number] as number;
      parents[current] = grandparent;
      current = grandparent;
    }
    return current;
  };
  return {
    find,
    union: (a, b) => {
      const [rootA, rootB] = [find(a), find(b)];
      parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    },
  };
};
