import { z } from 'zod';
import { Entity } from '../../contracts/index.js';

/** Entities are kept as JSON, and null where a row's task has none. */
export const EntitiesColumn = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : z.array(Entity).parse(JSON.parse(text))));

export const entitiesColumn = (entities: readonly Entity[] | undefined): string | null =>
  entities === undefined ? null : JSON.stringify(entities);
