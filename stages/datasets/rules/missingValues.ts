import type { RecipeOf } from '../../../contracts/index.js';
import { createFill, type Fill } from '../missingValues/fill.js';
import { fieldOf, type Row } from '../missingValues/values.js';
import { type CorpusRule, type Draft, dropped, kept } from './rule.js';

type Recipe = RecipeOf<'missingValues'>;

/** Formats whose records are rows of fields. */
const ROW_FORMATS = new Set(['jsonl', 'csv', 'parquet']);
const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** Null for what is no row: the decoding that follows says why. */
const rowOf = ({ format, raw }: Draft): Row | null => {
  if (!ROW_FORMATS.has(format)) return null;
  try {
    const row: unknown = JSON.parse(decoder.decode(raw));
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? (row as Row) : null;
  } catch {
    return null;
  }
};

/** Fields of rows that are absent, null or empty: the row is dropped or the field filled, before it becomes text. */
export const missingValues: CorpusRule = {
  name: 'missing-values',
  version: 1,
  on: { section: 'missingValues' },
  reasons: ['missing-value'],
  sees: 'rows',
  learns: true,
  begin: ({ missingValues: recipe }) => {
    if (recipe === undefined || recipe.length === 0) return null;
    const fills = recipe.map((rule: Recipe[number]): Fill => createFill(rule));
    return {
      observe: (draft) => {
        const row = rowOf(draft);
        if (row !== null) for (const fill of fills) fill.learn(row);
      },
      apply: (draft) => {
        const row = rowOf(draft);
        if (row === null) return kept(draft);
        const filled: Record<string, unknown> = { ...row };
        const changes: string[] = [];
        for (const { field, method, value } of fills) {
          if (fieldOf(row, field) !== null) continue;
          if (method === 'drop') return dropped('missing-value', field);
          const by = value(row);
          // Where no row has the field nothing can be learnt; it stays missing.
          if (by === null) continue;
          filled[field] = by;
          changes.push(`${field} filled by ${method}`);
        }
        if (changes.length === 0) return kept(draft);
        return kept({ ...draft, raw: encoder.encode(JSON.stringify(filled)) }, changes);
      },
    };
  },
};
