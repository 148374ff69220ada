/**
 * Mean over classes of F1 = 2 TP / (2 TP + FP + FN), over the classes that occur among the labels or the predictions;
 * equal to scikit-learn's f1_score(average='macro'). 0 with no examples.
 */
export function macroF1(labels: Int32Array, predicted: Int32Array): number {
  const counts = new Map<number, { truePositives: number; mistakes: number }>();
  const countsOf = (label: number) => {
    const found = counts.get(label) ?? { truePositives: 0, mistakes: 0 };
    counts.set(label, found);
    return found;
  };
  labels.forEach((label, i) => {
    const guess = predicted[i]!;
    if (label === guess) countsOf(label).truePositives += 1;
    else {
      countsOf(label).mistakes += 1;
      countsOf(guess).mistakes += 1;
    }
  });
  let sum = 0;
  for (const { truePositives, mistakes } of counts.values()) {
    sum += (2 * truePositives) / (2 * truePositives + mistakes);
  }
  return counts.size === 0 ? 0 : sum / counts.size;
}
