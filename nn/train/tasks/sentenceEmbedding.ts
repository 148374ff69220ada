import { float32Data } from '../../tensor.js';
import { tokenBatch } from './rows.js';
import { requireLength, type TaskTraining } from './taskTraining.js';

/**
 * Texts that belong together, brought near each other; scored by how often the nearest of all second texts is a first
 * one's own, for triplets how often it is nearer than the third.
 */
export const sentenceEmbedding: TaskTraining = {
  metric: 'retrievalAccuracy',
  companions: (loss) => (loss?.kind === 'triplet' ? 2 : 1),
  divisible: false,
  requireTarget: (example, index) => requireLength(example, index, 0, 'targets of sentence-embedding'),
  batch: ({ texts, companions }, indices, { rowSizes }) => {
    const groups = Array.from(indices, (index) => [texts[index]!, ...companions[index]!]);
    const members = groups[0]?.length ?? 1;
    const rows = rowSizes?.map((size) => size * members) ?? null;
    return { ...tokenBatch(groups.flat(), rows), weight: indices.length };
  },
  outputs: ['embedding'],
  score: ({ companions }) => {
    const size = 1 + (companions[0]?.length ?? 0);
    const members = Array.from({ length: size }, () => new Array<Float32Array>(companions.length));
    return {
      add: ({ indices, outputs }) => {
        const { dims, data } = { ...outputs['embedding']!, data: float32Data(outputs['embedding']!) };
        indices.forEach((index, group) => {
          members.forEach((rows, member) => {
            const at = (group * size + member) * dims[1]!;
            rows[index] = data.slice(at, at + dims[1]!);
          });
        });
      },
      value: () => accuracy(members),
    };
  },
};

function accuracy([anchors, positives, negatives]: readonly Float32Array[][]): number {
  const right = anchors!.filter((anchor, at) => {
    const own = dot(anchor, positives![at]!);
    const rivals = negatives ? [negatives[at]!] : positives!.filter((_, other) => other !== at);
    return rivals.every((rival) => dot(anchor, rival) < own);
  });
  return right.length / anchors!.length;
}

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, at) => sum + value * right[at]!, 0);
}
