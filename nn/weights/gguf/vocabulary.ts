/** Content of a Hugging Face `tokenizer.json`, or a part of it. */
export type TokenizerJson = Readonly<Record<string, unknown>>;

/** The part of a GGUF file's vocabulary that its two kinds share. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  /** Number of each token. */
  readonly ids: ReadonlyMap<string, number>;
  /** `enum llama_token_type` of each token. */
  readonly types: readonly number[];
}

/** What depends on the kind of a vocabulary. */
export interface TokenizerPart {
  /** Where the file does not say, as llama.cpp does. */
  readonly addsBos: boolean;
  /** Where no token is put around the text. */
  readonly postProcessor: TokenizerJson | null;
  /** The fields `normalizer`, `pre_tokenizer`, `decoder` and `model`. */
  readonly json: TokenizerJson;
}
