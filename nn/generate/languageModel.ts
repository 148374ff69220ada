import { NnError } from '../errors.js';
import type { RunnerOptions } from '../exec/runner.js';
import { buildModel, taskOf } from '../models/buildModel.js';
import { loadTokenizer, type Tokenizer } from '../tokenize/index.js';
import { readCheckpointFolder } from '../weights/index.js';
import { chatOfFolder } from './chatOfFolder.js';
import type { ChatMessage, ChatTemplate } from './chatTemplate.js';
import { createDecoder, type Decoder } from './decoder.js';
import { readGenerationConfig, type WritingDefaults } from './generationConfig.js';
import { readModelJson, readModelPart, unusable } from './modelFiles.js';

/** What a model is asked for: a text to go on from, or a conversation to answer. */
export type Prompt = string | readonly ChatMessage[];

/** A language model of a folder, with all that its makers put beside the weights. */
export interface LanguageModel {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  /** For `writeText` and `writeTexts`. */
  readonly defaults: WritingDefaults;
  /**
   * The ids of prompts, conversations by the model's template. Throws REQUEST_INVALID for a conversation where there is
   * no template.
   */
  encode(prompts: readonly Prompt[]): Promise<Int32Array[]>;
  dispose(): Promise<void>;
}

/** No model reads more; a prompt that is too long is then refused rather than cut. */
const PROMPT_TOKENS_MAX = 10_000_000;

/**
 * Opens a causal or seq2seq model in Hugging Face's format: config.json, tokenizer.json, weights, and where they are there
 * generation_config.json, tokenizer_config.json and chat_template.jinja. `seed` is for models that sample by default.
 *
 * Throws BASE_MODEL_UNSUPPORTED, TOKENIZER_INVALID, WEIGHTS_CORRUPT.
 */
export async function openLanguageModel(
  folder: string,
  { seed, ...options }: RunnerOptions & { readonly seed: number },
): Promise<LanguageModel> {
  const configJson = readModelJson(folder, 'config.json');
  const tokenizerJson = readModelPart(folder, 'tokenizer.json');
  if (!configJson) throw unusable('config.json', `is missing in ${folder}`);
  if (!tokenizerJson) throw unusable('tokenizer.json', `is missing in ${folder}`);
  const task = taskOf(configJson);
  const tokenizer = await loadTokenizer(tokenizerJson);
  // Older folders keep these settings in config.json; newer ones say all of them in a file of their own.
  const defaults = readGenerationConfig(readModelJson(folder, 'generation_config.json') ?? configJson, seed);
  const template = chatOfFolder(folder);
  const weights = readCheckpointFolder(folder);
  const decoder = await createDecoder(buildModel({ configJson, weights, task, seed }), options);
  return {
    decoder,
    tokenizer,
    defaults,
    encode: (prompts) => encodePrompts(prompts, tokenizer, template),
    dispose: () => decoder.dispose(),
  };
}

async function encodePrompts(
  prompts: readonly Prompt[],
  tokenizer: Tokenizer,
  template: ChatTemplate | undefined,
): Promise<Int32Array[]> {
  return Promise.all(
    prompts.map(async (prompt) => {
      const plain = typeof prompt === 'string';
      const text = plain ? prompt : rendered(prompt, template);
      const [encoded] = await tokenizer.encodeBatch([text], {
        maxLength: PROMPT_TOKENS_MAX,
        specialTokens: plain ? 'added' : 'left-out',
      });
      return encoded!.ids;
    }),
  );
}

function rendered(messages: readonly ChatMessage[], template: ChatTemplate | undefined): string {
  if (template) return template(messages);
  throw new NnError('REQUEST_INVALID', 'the model has no chat template; give it a text to go on from');
}
