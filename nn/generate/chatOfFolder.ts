import { type ChatTemplate, compileChatTemplate } from './chatTemplate.js';
import { readModelJson, readModelText, unusable } from './modelFiles.js';

/** Tokens that templates name; `transformers` gives them these variables. */
const TOKEN_NAMES = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
];

/**
 * The chat template of a Hugging Face folder with the tokens it names, from `chat_template.jinja` or else
 * tokenizer_config.json; of several templates the one named `default`. `undefined` where the model has none.
 *
 * Throws BASE_MODEL_UNSUPPORTED for files that cannot be read, TOKENIZER_INVALID for a template that is no Jinja.
 */
export function chatOfFolder(folder: string): ChatTemplate | undefined {
  const settings = readModelJson(folder, 'tokenizer_config.json') ?? {};
  const source =
    readModelText(folder, 'chat_template.jinja') ?? templateOf(settings['chat_template'] ?? null);
  if (source === undefined) return undefined;
  const named = { ...readModelJson(folder, 'special_tokens_map.json'), ...settings };
  const tokens = TOKEN_NAMES.flatMap((name) => {
    const content = contentOf(named[name]);
    return content === undefined ? [] : [[name, content] as const];
  });
  const template = compileChatTemplate(source);
  return (messages, options = {}) =>
    template(messages, { ...options, variables: { ...Object.fromEntries(tokens), ...options.variables } });
}

function templateOf(value: unknown): string | undefined {
  if (value === null || typeof value === 'string') return value ?? undefined;
  const named = Array.isArray(value) ? (value as readonly Record<string, unknown>[]) : [];
  const template = named.find((entry) => entry?.['name'] === 'default')?.['template'];
  if (typeof template === 'string') return template;
  throw unusable(
    'tokenizer_config.json',
    'has a chat_template that is neither text nor a list with a default one',
  );
}

/** A token is written as text, or as an object with its flags. */
function contentOf(token: unknown): string | undefined {
  const content =
    typeof token === 'object' && token !== null ? (token as { content?: unknown }).content : token;
  return typeof content === 'string' ? content : undefined;
}
