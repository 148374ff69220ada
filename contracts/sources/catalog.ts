import { z } from 'zod';
import { Name } from '../fields.js';
import { sourceFields } from './common.js';

/** A source that stands alone in the catalog. How it is read, grouped and bounded is said there. */
export const CatalogSource = z.strictObject({
  connector: z.literal('catalog').describe('Takes what a source of the catalog collects.'),
  source: Name.describe('Name of the source in the catalog.'),
  ...sourceFields,
});
export type CatalogSource = z.infer<typeof CatalogSource>;
