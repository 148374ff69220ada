import { z } from 'zod';
import { Entity } from '../contracts/index.js';

export type Span = Pick<Entity, 'start' | 'end'>;
export type Parsed<T> = { readonly value: T; readonly fault: null } | { readonly fault: string };

const Spans = z.array(Entity);
const Bounds = Entity.pick({ start: true, end: true });

/** A field of a row: as it is, or as JSON where the format has only text. */
const fromField = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
};

/** Entities of a row, by their start; BIO tags can say none that overlap. Faults are reasons to leave the row out. */
export const parseEntities = (value: unknown): Parsed<Entity[]> => {
  const parsed = Spans.safeParse(fromField(value));
  if (!parsed.success || parsed.data.some(({ start, end }) => start >= end))
    return { fault: 'malformed-entities' };
  const entities = [...parsed.data].sort((a, b) => a.start - b.start || a.end - b.end);
  const overlap = entities.some(({ end }, index) => end > (entities[index + 1]?.start ?? end));
  return overlap ? { fault: 'overlapping-entities' } : { value: entities, fault: null };
};

/** One of a relation's two spans. */
export const parseSpan = (value: unknown): Parsed<Span> => {
  const parsed = Bounds.safeParse(fromField(value));
  return parsed.success && parsed.data.start < parsed.data.end
    ? { value: parsed.data, fault: null }
    : { fault: 'malformed-span' };
};
