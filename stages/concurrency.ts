/**
 * Runs `work` over the items with at most `limit` at a time and yields the results in the order of the items;
 * at most `limit` results wait. The first failure ends the loop after the work under way has settled.
 */
export async function* mapConcurrently<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Marked as handled here; the loop still meets the rejection when its turn comes.
      result.catch(() => undefined);
      underWay.push(result);
      if (underWay.length >= limit) yield await (underWay.shift() as Promise<R>);
    }
    while (underWay.length > 0) yield await (underWay.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(underWay);
  }
}
