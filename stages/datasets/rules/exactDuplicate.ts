import { keepOne } from './duplicates.js';
import type { Comparable, Duplicate } from './rule.js';

/** Of several records with the same text one is kept. */
export const exactDuplicate = {
  name: 'exact-duplicate',
  version: 1,
  find: (rows: readonly Comparable[]): readonly Duplicate[] => {
    const byText = new Map<string, Comparable[]>();
    for (const row of rows) {
      const same = byText.get(row.text);
      if (same === undefined) byText.set(row.text, [row]);
      else same.push(row);
    }
    return [...byText.values()]
      .filter((members) => members.length > 1)
      .flatMap((members) => keepOne(members, 'exact-duplicate'));
  },
} as const;
