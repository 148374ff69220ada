import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { parquetReadObjects } from 'hyparquet';
import { type CleaningRecipe, plumblineError, type RecipeOf, shortId } from '../../../contracts/index.js';
import type { CleaningContext } from '../rules/rule.js';

type Recipe = RecipeOf<'decontamination'>;

export interface TestText {
  /** For people: the file's name or the dataset's short id. */
  readonly origin: string;
  readonly text: string;
}

const unreadable = (file: string, cause: unknown) =>
  plumblineError(
    'SOURCE_UNREADABLE',
    `the test texts ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      cause,
      details: { file },
    },
  );

const textOf = (line: string, field: string, file: string): string => {
  const row: unknown = JSON.parse(line);
  const text =
    typeof row === 'object' && row !== null && Object.hasOwn(row, field)
      ? (row as Record<string, unknown>)[field]
      : undefined;
  if (typeof text !== 'string') throw new Error(`a record of ${file} has no text in "${field}"`);
  return text;
};

async function* ofFile(file: string, field: string): AsyncGenerator<TestText> {
  const origin = basename(file);
  try {
    const stream = createReadStream(file, 'utf8');
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }))
      if (line.trim() !== '')
        yield { origin, text: file.endsWith('.jsonl') ? textOf(line, field, origin) : line };
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function* ofDataset(
  { artifacts, blobs }: Pick<CleaningContext, 'artifacts' | 'blobs'>,
  id: string,
): AsyncGenerator<TestText> {
  const { rows } = await artifacts.get('DatasetVersion', id);
  const bytes = await blobs.get(rows);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  for (const row of await parquetReadObjects({ file, columns: ['split', 'text'] }))
    if (row['split'] === 'test') yield { origin: `test split of ${shortId(id)}`, text: String(row['text']) };
}

/** Every test text the recipe names. @throws SOURCE_UNREADABLE, OBJECT_NOT_FOUND, OBJECT_CORRUPT */
export async function* readTestTexts(
  ctx: Pick<CleaningContext, 'artifacts' | 'blobs'>,
  { files, field, datasets }: Recipe,
): AsyncGenerator<TestText> {
  for (const file of files) yield* ofFile(file, field);
  for (const id of datasets) yield* ofDataset(ctx, id);
}

/** SHA-256 of each test file: what they hold decides what is dropped, so it belongs to the step's key. @throws SOURCE_UNREADABLE */
export const testFileDigests = async ({ decontamination }: CleaningRecipe): Promise<readonly string[]> => {
  const digests: string[] = [];
  for (const file of decontamination?.files ?? []) {
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    } catch (cause) {
      throw unreadable(file, cause);
    }
    digests.push(hash.digest('hex'));
  }
  return digests;
};
