/**
 * Tokens of work that starting one more run costs: MiniLM-L6 on two cores spends about as long on the fixed
 * part of a run as on this many tokens.
 */
const RUN_OVERHEAD_TOKENS = 16;

/**
 * Splits sequences into runs so that the least work is done: a run costs its rows times its longest sequence
 * (padding is computed like text) plus a fixed overhead. Sorted by length, runs are stretches of that order, and
 * the best split is found by dynamic programming.
 * @param lengths tokens of each sequence
 * @param tokensMax most padded tokens of a run; a longer single sequence has a run of its own
 * @returns for each run the indices into `lengths`, longest first
 */
export const planRuns = (lengths: readonly number[], tokensMax: number): number[][] => {
  const order = [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  // cost[i]: least work for the i longest; start[i]: where the last run of that split begins.
  const cost = new Float64Array(order.length + 1);
  const start = new Int32Array(order.length + 1);
  for (let end = 1; end <= order.length; end += 1) {
    cost[end] = Number.POSITIVE_INFINITY;
    for (let from = end - 1; from >= 0; from -= 1) {
      const padded = lengths[order[from]!]! * (end - from);
      if (padded > tokensMax && from < end - 1) break;
      const total = cost[from]! + padded + RUN_OVERHEAD_TOKENS;
      if (total < cost[end]!) {
        cost[end] = total;
        start[end] = from;
      }
    }
  }
  const runs: number[][] = [];
  for (let end = order.length; end > 0; end = start[end]!) runs.push(order.slice(start[end]!, end));
  return runs.reverse();
};
