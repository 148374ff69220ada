import { statSync } from 'node:fs';
import { join } from 'node:path';
import { plumblineError } from '../../../contracts/index.js';
import type { LanguageModel, Prompt, Strategy, WritingDefaults } from '../../../nn/index.js';

export interface GenerateRequest {
  readonly folder: string;
  readonly prompts: readonly string[];
  readonly chat: boolean;
  readonly system: string | undefined;
  readonly stream: boolean;
  readonly json: boolean;
  readonly threads: number;
  readonly batchSize: number | undefined;
  readonly choice: StrategyChoice;
  readonly maxNewTokens: number | undefined;
  readonly repetitionPenalty: number | undefined;
  readonly stop: readonly string[];
  readonly signal: AbortSignal;
}

/** What a person asks for in place of the model's own way of choosing tokens. */
export interface StrategyChoice {
  readonly greedy: boolean;
  readonly beams: number | undefined;
  readonly temperature: number | undefined;
  readonly topK: number | undefined;
  readonly topP: number | undefined;
  readonly seed: number;
}

export interface Output {
  readonly write: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** Writes texts with a language model in a folder of Hugging Face's format. */
export const generateText = async (request: GenerateRequest, output: Output): Promise<void> => {
  const { folder, prompts, choice, threads, signal, stream, json } = request;
  if (prompts.length === 0) throw plumblineError('REQUEST_INVALID', 'give at least one --prompt');
  if (stream && (prompts.length > 1 || json))
    throw plumblineError('REQUEST_INVALID', '--stream shows one text: give one --prompt and no --json');
  for (const name of ['config.json', 'tokenizer.json'])
    if (statSync(join(folder, name), { throwIfNoEntry: false }) === undefined)
      throw plumblineError('OBJECT_NOT_FOUND', `${join(folder, name)} is missing`);
  const nn = await import('../../../nn/index.js');
  const model = await nn.openLanguageModel(folder, { threads, seed: choice.seed });
  try {
    const { decoder, defaults, tokenizer } = model;
    if (defaults.ignored.length > 0)
      output.warn(`not followed, so texts may differ from transformers': ${defaults.ignored.join(', ')}`);
    const options = { ...asked(request, defaults), tokenizer, signal };
    const ids = await encoded(model, request);
    if (stream) {
      for await (const piece of nn.writeText(decoder, ids[0]!, options)) output.write(piece);
      output.write('\n');
      return;
    }
    const { batchSize } = request;
    const texts = await nn.writeTexts(decoder, ids, {
      ...options,
      ...(batchSize === undefined ? {} : { batchSize }),
    });
    for (const [index, { text, end, ids: written }] of texts.entries()) {
      const record = { prompt: prompts[index], text, end, tokens: written.length };
      output.write(`${json ? JSON.stringify(record) : text}\n`);
    }
  } finally {
    await model.dispose();
  }
};

const encoded = (
  model: LanguageModel,
  { prompts, chat, system }: GenerateRequest,
): Promise<readonly Int32Array[]> => {
  if (system !== undefined && !chat) throw plumblineError('REQUEST_INVALID', '--system needs --chat');
  const before = system === undefined ? [] : [{ role: 'system', content: system }];
  return model.encode(
    prompts.map((content): Prompt => (chat ? [...before, { role: 'user', content }] : content)),
  );
};

/** The model's defaults with what was asked for in their place. */
const asked = (request: GenerateRequest, defaults: WritingDefaults): WritingDefaults => {
  const { maxNewTokens, repetitionPenalty, stop, choice } = request;
  const { maxLength, ...unlimited } = defaults;
  return {
    ...(maxNewTokens === undefined ? defaults : { ...unlimited, maxNewTokens }),
    ...(repetitionPenalty === undefined ? {} : { repetitionPenalty }),
    strategy: chosenStrategy(choice, defaults.strategy ?? { kind: 'greedy' }),
    stopStrings: [...defaults.stopStrings, ...stop],
  };
};

/** @throws REQUEST_INVALID for ways of choosing that exclude each other */
export const chosenStrategy = (choice: StrategyChoice, own: Strategy): Strategy => {
  const { greedy, beams, temperature, topK, topP, seed } = choice;
  const narrowed = {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
  };
  const samples = Object.keys(narrowed).length > 0;
  if (Number(greedy) + Number(beams !== undefined) + Number(samples) > 1)
    throw plumblineError(
      'REQUEST_INVALID',
      '--greedy, --beams and sampling (--temperature, --top-k, --top-p) exclude each other',
    );
  if (greedy) return { kind: 'greedy' };
  if (beams !== undefined) return { ...(own.kind === 'beam' ? own : {}), kind: 'beam', beams };
  return samples ? { ...(own.kind === 'sample' ? own : {}), ...narrowed, kind: 'sample', seed } : own;
};
