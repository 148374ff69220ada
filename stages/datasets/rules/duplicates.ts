import type { Comparable, Duplicate } from './rule.js';

/** Records with the same or nearly the same text carry different labels, as many of one as of another. */
export const CONFLICTING_LABEL = 'conflicting-label';

/** Stands for its cluster whatever order the members come in. */
export const smallestId = (members: readonly Pick<Comparable, 'recordId'>[]): string =>
  members.map(({ recordId }) => recordId).sort()[0] ?? '';

/**
 * Chooses the one record that stands for texts taken to be the same: among those with the most frequent label
 * the one with the smallest id. When no label is most frequent nobody can say which is right: all are dropped.
 */
export const keepOne = (members: readonly Comparable[], reason: string): readonly Duplicate[] => {
  const byLabel = new Map<string, Comparable[]>();
  for (const member of members) {
    const same = byLabel.get(member.label);
    if (same === undefined) byLabel.set(member.label, [member]);
    else same.push(member);
  }
  const [most, next] = [...byLabel.values()].sort((a, b) => b.length - a.length);
  if (most === undefined) return [];
  if (next !== undefined && next.length === most.length)
    return members.map(({ recordId }) => ({ recordId, reason: CONFLICTING_LABEL, keptRecordId: null }));
  const keptRecordId = smallestId(most);
  return members
    .filter(({ recordId }) => recordId !== keptRecordId)
    .map(({ recordId, label }) => ({
      recordId,
      reason: label === most[0]?.label ? reason : CONFLICTING_LABEL,
      keptRecordId,
    }));
};
