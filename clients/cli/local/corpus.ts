import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { plumblineError } from '../../../contracts/index.js';

export interface CorpusOptions {
  /** Field of the records of .jsonl files that holds the text. */
  readonly field: string;
  readonly signal: AbortSignal;
  readonly onText?: (done: number) => void;
}

const FORMATS = /\.(txt|md|jsonl)$/;

/**
 * The files of a corpus in a fixed order; of folders the .txt, .md and .jsonl files in them, at any depth.
 * @throws OBJECT_NOT_FOUND for a path that is not there, or where there is no file
 */
export const corpusFiles = (paths: readonly string[]): string[] => {
  const files = paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) throw plumblineError('OBJECT_NOT_FOUND', `${path} is not there`);
    if (!found.isDirectory()) return [path];
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && FORMATS.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  });
  if (files.length === 0)
    throw plumblineError('OBJECT_NOT_FOUND', `${paths.join(', ')}: no .txt, .md or .jsonl file in there`);
  return files;
};

/**
 * The texts of files: each line that is not empty; of .jsonl files one field of each record.
 * @throws REQUEST_INVALID naming file and line of a record without that field, CANCELLED
 */
export async function* readTexts(
  files: readonly string[],
  { field, signal, onText }: CorpusOptions,
): AsyncGenerator<string, void> {
  let done = 0;
  for (const file of files) {
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
    let number = 0;
    for await (const line of lines) {
      if (signal.aborted) throw plumblineError('CANCELLED', 'cancelled on request');
      number += 1;
      if (line.trim() === '') continue;
      yield file.endsWith('.jsonl') ? textOf(line, field, `${file}:${number}`) : line;
      done += 1;
      onText?.(done);
    }
  }
}

const textOf = (line: string, field: string, where: string): string => {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (cause) {
    throw plumblineError('REQUEST_INVALID', `${where} is not JSON`, { cause });
  }
  const text = typeof record === 'object' && record !== null && (record as Record<string, unknown>)[field];
  if (typeof text === 'string') return text;
  throw plumblineError('REQUEST_INVALID', `${where} has no text in the field ${JSON.stringify(field)}`);
};
