import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plumblineError } from '../../../contracts/index.js';
import { describeGgufFile, type GgufDescription } from '../../../nn/index.js';

export const isGguf = (file: string): boolean => file.endsWith('.gguf');

/**
 * Puts beside a GGUF file the config.json that says what it says, and where the model brought none, the tokenizer.json.
 * A config.json of the publisher is not used: the file decides what its tensors mean.
 * @returns the names of all files of the model
 * @throws WEIGHTS_CORRUPT, BASE_MODEL_UNSUPPORTED, TOKENIZER_INVALID when a tokenizer.json must be added by hand
 */
export const completeGguf = async (
  folder: string,
  files: readonly string[],
  reference: string,
): Promise<readonly string[]> => {
  const gguf = files.find(isGguf);
  if (gguf === undefined) return files;
  const description = describeGgufFile(join(folder, gguf));
  await writeFile(join(folder, 'config.json'), JSON.stringify(description.config));
  if (!files.includes('tokenizer.json'))
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerOf(description, reference)));
  return ['config.json', 'tokenizer.json', gguf];
};

const tokenizerOf = ({ tokenizerJson }: GgufDescription, reference: string): unknown => {
  try {
    return tokenizerJson();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw plumblineError(
      'TOKENIZER_INVALID',
      `${reference}: ${reason}; put the model's tokenizer.json beside the .gguf file`,
      { cause },
    );
  }
};
