import { NnError } from '../errors.js';
import { isRecord } from '../weights/jsonObject.js';
import type { Strategy, WritingOptions } from './options.js';

/** What a model's makers recommend; whoever writes with it may replace each. */
export interface WritingDefaults extends Omit<WritingOptions, 'signal'> {
  readonly stopStrings: readonly string[];
  /** Settings of the files that are not followed: texts may differ from those of `transformers`. */
  readonly ignored: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** What `transformers` writes where nothing says how much. */
const NEW_TOKENS = 20;
/** Of `max_length`, which no published model exceeds; keeps a hostile file from asking for endless work. */
const TOKENS_MAX = 10_000_000;
/** What `transformers` samples from where nothing is said. */
const TOP_K = 50;

/** Settings that change texts and are not followed, with the value at which they change nothing. */
const WITHOUT_EFFECT: Readonly<Record<string, unknown>> = {
  min_length: 0,
  min_p: 0,
  top_h: 1,
  typical_p: 1,
  epsilon_cutoff: 0,
  eta_cutoff: 0,
  encoder_repetition_penalty: 1,
  no_repeat_ngram_size: 0,
  encoder_no_repeat_ngram_size: 0,
  num_beam_groups: 1,
  diversity_penalty: 0,
  guidance_scale: 1,
  bad_words_ids: null,
  force_words_ids: null,
  constraints: null,
  forced_bos_token_id: null,
  forced_eos_token_id: null,
  exponential_decay_length_penalty: null,
  suppress_tokens: null,
  begin_suppress_tokens: null,
  sequence_bias: null,
  penalty_alpha: null,
  dola_layers: null,
  watermarking_config: null,
  renormalize_logits: false,
  remove_invalid_values: false,
  max_time: null,
};

/**
 * The defaults in the parsed `generation_config.json` of a Hugging Face folder, with the values `transformers` gives what
 * is not said; a folder without that file may pass its config.json, which older ones put them in. `seed` is for models that
 * sample.
 *
 * Throws BASE_MODEL_UNSUPPORTED for values that cannot be.
 */
export function readGenerationConfig(json: unknown, seed: number): WritingDefaults {
  if (!isRecord(json)) throw wrong('it', json, 'an object');
  const stopStrings = strings(json, 'stop_strings');
  const length = whole(json, 'max_length', 1, TOKENS_MAX);
  const maxNewTokens = whole(json, 'max_new_tokens', 1, TOKENS_MAX) ?? length ?? NEW_TOKENS;
  const minNewTokens = whole(json, 'min_new_tokens', 0, TOKENS_MAX);
  const repetitionPenalty = numberOf(json, 'repetition_penalty', (value) => value > 0);
  const limited = length !== undefined && given(json, 'max_new_tokens') === undefined;
  return {
    maxNewTokens,
    ...(limited ? { maxLength: length } : {}),
    ...(minNewTokens === undefined ? {} : { minNewTokens }),
    ...(repetitionPenalty === undefined ? {} : { repetitionPenalty }),
    strategy: strategyOf(json, seed),
    stopIds: stopIdsOf(json),
    stopStrings,
    ignored: ignoredOf(json),
  };
}

function strategyOf(json: Fields, seed: number): Strategy {
  const beams = whole(json, 'num_beams', 1, TOKENS_MAX) ?? 1;
  const samples = flag(json, 'do_sample') ?? false;
  if (beams > 1) {
    const lengthPenalty = numberOf(json, 'length_penalty', Number.isFinite) ?? 1;
    return { kind: 'beam', beams, lengthPenalty, earlyStopping: earlyStoppingOf(json) };
  }
  if (!samples) return { kind: 'greedy' };
  const temperature = numberOf(json, 'temperature', (value) => value > 0) ?? 1;
  // 0 stands for all tokens.
  const topK = whole(json, 'top_k', 0, TOKENS_MAX) ?? TOP_K;
  const topP = numberOf(json, 'top_p', (value) => value > 0 && value <= 1) ?? 1;
  return { kind: 'sample', seed, temperature, topP, ...(topK === 0 ? {} : { topK }) };
}

function earlyStoppingOf(json: Fields): boolean | 'never' {
  const value = given(json, 'early_stopping') ?? false;
  if (typeof value === 'boolean' || value === 'never') return value;
  throw wrong('early_stopping', value, 'true, false or "never"');
}

function stopIdsOf(json: Fields): number[] {
  const value = given(json, 'eos_token_id') ?? [];
  const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
  const found = ids.map((id) => {
    if (Number.isSafeInteger(id) && (id as number) >= 0) return id as number;
    throw wrong('eos_token_id', value, 'an id or a list of ids');
  });
  return [...new Set(found)];
}

function ignoredOf(json: Fields): string[] {
  const set = Object.entries(WITHOUT_EFFECT).filter(([name, neutral]) => {
    const value = given(json, name);
    const empty = Array.isArray(value) && value.length === 0;
    return value !== undefined && value !== neutral && !empty;
  });
  const names = set.map(([name]) => name);
  const beams = given(json, 'num_beams') ?? 1;
  return beams !== 1 && json['do_sample'] === true ? ['do_sample', ...names] : names;
}

/** `null` stands for what is not said. */
function given(json: Fields, name: string): unknown {
  return json[name] ?? undefined;
}

function whole(json: Fields, name: string, least: number, most: number): number | undefined {
  return numberOf(json, name, (value) => Number.isInteger(value) && value >= least && value <= most);
}

function numberOf(json: Fields, name: string, fits: (value: number) => boolean): number | undefined {
  const value = given(json, name);
  if (value === undefined) return undefined;
  if (typeof value === 'number' && fits(value)) return value;
  throw wrong(name, value, 'a number in its range');
}

function flag(json: Fields, name: string): boolean | undefined {
  const value = given(json, name);
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrong(name, value, 'true or false');
}

function strings(json: Fields, name: string): string[] {
  const value = given(json, name) ?? [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === 'string' && item !== '') return item;
    throw wrong(name, value, 'strings that are not empty');
  });
}

function wrong(name: string, found: unknown, expected: string): NnError {
  return new NnError(
    'BASE_MODEL_UNSUPPORTED',
    `generation_config.json: ${name} must be ${expected}, found ${(JSON.stringify(found) ?? 'nothing').slice(0, 80)}`,
    { details: { field: name, expected } },
  );
}
