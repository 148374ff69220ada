import {
  canonicalJson,
  type DatasetDiff,
  type DatasetVersion,
  type RowChange,
} from '../../contracts/index.js';
import { readChains } from '../chain.js';
import type { DatasetsContext, RowComparison } from './ports.js';

export interface DiffContext extends Pick<DatasetsContext, 'artifacts'> {
  readonly comparison: RowComparison;
}

const ABSENT = 'absent';
const ORDER: readonly RowChange['change'][] = ['added', 'removed', 'changed'];

/** Leaves of a value by path: `split.seed` -> `7`. An empty object or list is a leaf, and so is a list of plain values. */
const leavesOf = (value: unknown, path: string): [string, string][] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, canonicalJson(value)]];
  const members = Object.entries(value);
  if (members.length === 0) return [[path, '{}']];
  return members.flatMap(([name, member]) =>
    member === undefined ? [] : leavesOf(member, path === '' ? name : `${path}.${name}`),
  );
};

const settingsOf = ({ pipeline, recipe, codeVersion, labels, schema }: DatasetVersion): Map<string, string> =>
  new Map(leavesOf({ pipeline, recipe, codeVersion, labels, schema }, ''));

const settingChanges = (from: DatasetVersion, to: DatasetVersion): DatasetDiff['settings'] => {
  const [before, after] = [settingsOf(from), settingsOf(to)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((path) => ({ path, from: before.get(path) ?? ABSENT, to: after.get(path) ?? ABSENT }))
    .filter((setting) => setting.from !== setting.to);
};

const batchesOf = async (ctx: DiffContext, { batches }: DatasetVersion): Promise<readonly string[]> =>
  (await readChains(ctx.artifacts, batches)).map(({ id }) => id);

const without = (ids: readonly string[], others: readonly string[]): string[] => {
  const known = new Set(others);
  return ids.filter((id) => !known.has(id)).sort();
};

/**
 * How the second dataset version differs from the first: rows by reason, source batches, and settings.
 * @throws OBJECT_NOT_FOUND for an id that is no dataset version, OBJECT_CORRUPT, CLICKHOUSE_UNREACHABLE
 */
export const diffDatasets = async ({
  ctx,
  input: { from, to },
}: {
  ctx: DiffContext;
  input: { readonly from: string; readonly to: string };
}): Promise<DatasetDiff> => {
  const [first, second] = await Promise.all(
    [from, to].map((id) => ctx.artifacts.get('DatasetVersion', id)) as [
      Promise<DatasetVersion>,
      Promise<DatasetVersion>,
    ],
  );
  const [before, after, found] = await Promise.all([
    batchesOf(ctx, first),
    batchesOf(ctx, second),
    from === to ? [] : ctx.comparison.compare(from, to),
  ]);
  const rowsOf = (change: RowChange['change']): number =>
    found.reduce((sum, each) => sum + (each.change === change ? each.rows : 0), 0);
  const [added, removed, changed] = [rowsOf('added'), rowsOf('removed'), rowsOf('changed')];
  return {
    from,
    to,
    rows: {
      from: first.kept,
      to: second.kept,
      same: first.kept - removed - changed,
      added,
      removed,
      changed,
    },
    changes: [...found].sort(
      (a, b) =>
        ORDER.indexOf(a.change) - ORDER.indexOf(b.change) ||
        b.rows - a.rows ||
        (a.reason < b.reason ? -1 : 1),
    ),
    batches: { added: without(after, before), removed: without(before, after) },
    settings: settingChanges(first, second),
  };
};
