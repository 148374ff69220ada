/** Row-wise softmax of logits [rows, classes], computed in float64. */
export function softmaxRows(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const logSum = logSumExp(row);
    row.forEach((logit, i) => {
      probabilities[start + i] = Math.exp(logit - logSum);
    });
  }
  return probabilities;
}

/** Index of the largest logit of each row; the first one of equals. */
export function argmaxRows(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, row) => {
    const values = logits.subarray(row * classes, (row + 1) * classes);
    return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
  });
}

function logSumExp(values: Float32Array): number {
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
