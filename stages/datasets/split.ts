import type { SplitName, SplitRecipe } from '../../contracts/index.js';
import { SPLITS } from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';

const HASH_DIGITS = 13;
const HASH_RANGE = 16 ** HASH_DIGITS;

/** What the split of a row depends on. */
export interface SplitRow {
  readonly clusterId: string;
  readonly group: string;
  readonly label: string;
  readonly sentAt: string | null;
}

/** Rows that must not be parted. */
interface Unit {
  /** Smallest of its clusters' ids: the same in whatever order the rows come. */
  id: string;
  label: string;
  rows: number;
  /** Its newest instant, or an empty text, which sorts first. */
  newest: string;
}

/** A number from 0 to 1 that a unit keeps whatever other rows there are. */
const pointOf = (id: string, seed: number): number =>
  Number.parseInt(sha256Hex(`${seed}\n${id}`).slice(0, HASH_DIGITS), 16) / HASH_RANGE;

/** The split whose share of the whole the point, from 0 to 1, falls into. */
const splitAt = (point: number, recipe: SplitRecipe): SplitName => {
  const total = recipe.train + recipe.validation + recipe.test;
  let edge = 0;
  for (const split of SPLITS) {
    edge += recipe[split] / total;
    if (point < edge) return split;
  }
  return 'test';
};

/** Rows joined by their cluster, and by their group where groups stay whole. @returns each row's unit */
const unitsOf = (rows: readonly SplitRow[], recipe: SplitRecipe): readonly Unit[] => {
  const parents = new Map<string, string>();
  const find = (node: string): string => {
    let root = node;
    while ((parents.get(root) ?? root) !== root) root = parents.get(root)!;
    for (let current = node; current !== root; ) {
      const parent = parents.get(current)!;
      parents.set(current, root);
      current = parent;
    }
    return root;
  };
  const nodeOf = ({ clusterId }: SplitRow) => `c${clusterId}`;
  for (const row of rows) {
    const root = find(nodeOf(row));
    if (!parents.has(root)) parents.set(root, root);
    if (recipe.by !== 'group') continue;
    const group = find(`g${row.group}`);
    parents.set(group, root);
  }
  const units = new Map<string, Unit>();
  return rows.map((row) => {
    const root = find(nodeOf(row));
    const unit = units.get(root);
    const newest = row.sentAt ?? '';
    if (unit === undefined) {
      const made = { id: row.clusterId, label: row.label, rows: 1, newest };
      units.set(root, made);
      return made;
    }
    unit.rows += 1;
    if (newest > unit.newest) unit.newest = newest;
    if (row.clusterId < unit.id) unit.id = row.clusterId;
    if (row.label < unit.label) unit.label = row.label;
    return unit;
  });
};

/** Cuts the units in their order where the shares of their rows say; the middle of a unit decides. */
const cut = (units: readonly Unit[], recipe: SplitRecipe, splits: Map<Unit, SplitName>): void => {
  const total = units.reduce((sum, { rows }) => sum + rows, 0);
  let before = 0;
  for (const unit of units) {
    splits.set(unit, splitAt((before + unit.rows / 2) / total, recipe));
    before += unit.rows;
  }
};

const ordered = (units: readonly Unit[], key: (unit: Unit) => number | string): Unit[] =>
  units
    .map((unit) => ({ unit, key: key(unit) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.unit.id < b.unit.id ? -1 : 1))
    .map(({ unit }) => unit);

/**
 * The split of each row. A near-duplicate cluster is never cut, nor a group where groups stay whole. By hash, a row's
 * split does not change when others come or go, unless they join its unit; by time, and stratified, the shares hold
 * exactly but for the size of a unit. What a row's split is depends on the set of rows, not on their order.
 */
export const splitRows = (rows: readonly SplitRow[], recipe: SplitRecipe): SplitName[] => {
  const unitOfRow = unitsOf(rows, recipe);
  const units = [...new Set(unitOfRow)];
  const splits = new Map<Unit, SplitName>();
  const byHash = ({ id }: Unit) => pointOf(id, recipe.seed);
  const cutSome = (some: readonly Unit[]) =>
    // Without an instant a unit counts as old: it can then give nothing away of what comes later.
    cut(recipe.by === 'time' ? ordered(some, ({ newest }) => newest) : ordered(some, byHash), recipe, splits);
  if (recipe.stratified === true)
    for (const label of new Set(units.map((unit) => unit.label)))
      cutSome(units.filter((unit) => unit.label === label));
  else if (recipe.by === 'time') cutSome(units);
  else for (const unit of units) splits.set(unit, splitAt(byHash(unit), recipe));
  return unitOfRow.map((unit) => splits.get(unit)!);
};
