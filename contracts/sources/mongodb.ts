import { z } from 'zod';
import { sourceFields } from './common.js';
import { checkColumns, databaseFields, documentIncremental } from './database.js';

/** Documents of a MongoDB collection. */
export const MongodbSource = z
  .strictObject({
    connector: z.literal('mongodb').describe('Reads documents of a MongoDB database.'),
    ...databaseFields(27_017),
    user: z.string().min(1).optional().describe('Who reads; give it no right to write.'),
    authenticationDatabase: z.string().min(1).default('admin').describe('Database that knows `user`.'),
    replicaSet: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the replica set that `host` belongs to; its other members are found then.'),
    collection: z.string().min(1).describe('Collection to read.'),
    filter: z
      .record(z.string(), z.json())
      .default({})
      .describe('Documents to read, as a query in MongoDB’s Extended JSON.'),
    columns: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Fields to read, by their paths; without it all of them.'),
    readPreference: z
      .enum(['primary', 'primaryPreferred', 'secondary', 'secondaryPreferred', 'nearest'])
      .default('secondaryPreferred')
      .describe('Which members of a replica set are asked.'),
    incremental: documentIncremental.optional(),
    ...sourceFields,
  })
  .superRefine(checkColumns);
export type MongodbSource = z.infer<typeof MongodbSource>;
