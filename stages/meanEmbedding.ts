/** The embedding of a text from those of its windows, each counting by its tokens. */
export const meanEmbedding = (embeddings: readonly Float32Array[], tokens: readonly number[]): number[] => {
  const total = tokens.reduce((sum, count) => sum + count, 0);
  const mean = new Float32Array(embeddings[0]?.length ?? 0);
  embeddings.forEach((embedding, window) => {
    embedding.forEach((value, unit) => {
      mean[unit]! += (value * tokens[window]!) / total;
    });
  });
  return Array.from(mean);
};
