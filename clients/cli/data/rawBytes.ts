import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plumblineError, type Trace } from '../../../contracts/index.js';
import type { PlumblineClient } from '../../sdk/index.js';

/**
 * Writes the raw bytes that a trace ends in: those of its record into the file `path`; where it ends in several, or in
 * all that a model learnt from, each under its record id into the folder `path`.
 * @returns what was written
 * @throws REQUEST_INVALID for a trace that ends in no record
 */
export const writeRawBytes = async (
  client: Pick<PlumblineClient, 'rawRecord' | 'recordIds'>,
  { kind, records, learntFrom }: Trace,
  path: string,
): Promise<string> => {
  const [only, ...others] = records;
  if (only !== undefined && others.length === 0) {
    const bytes = await client.rawRecord(only.recordId);
    writeFileSync(path, bytes);
    return `${bytes.byteLength} raw bytes of record ${only.recordId} written to ${path}`;
  }
  const ids = new Set(records.map(({ recordId }) => recordId));
  if (ids.size === 0)
    for (const { datasetId } of learntFrom)
      for (const id of await client.recordIds(datasetId, 'train')) ids.add(id);
  if (ids.size === 0)
    throw plumblineError(
      'REQUEST_INVALID',
      `the trace of a ${kind} ends in no record; trace a prediction or a record`,
    );
  mkdirSync(path, { recursive: true });
  for (const id of ids) writeFileSync(join(path, id), await client.rawRecord(id));
  return `raw bytes of ${ids.size} records written to the folder ${path}, each under its record id`;
};
