import * as jinja from '@huggingface/jinja';
import { NnError } from '../errors.js';

/** `role` is usually system, user or assistant; templates may read further fields. */
export type ChatMessage = Readonly<{ role: string; content: string } & Record<string, unknown>>;

export interface ChatOptions {
  /** Whether the text ends where the assistant's answer begins. Default: true. */
  readonly addGenerationPrompt?: boolean;
  /**
   * Further variables of the template, such as `bos_token`, `eos_token` and `tools`. There is no clock: `strftime_now`
   * must be among them for a template that is to name today's date.
   */
  readonly variables?: Readonly<Record<string, unknown>>;
}

export type ChatTemplate = (messages: readonly ChatMessage[], options?: ChatOptions) => string;

/** What all calls of `range` in one rendering may count to; a guard against endless templates, not a proof. */
const RANGE_ITEMS_MAX = 100_000;

/**
 * A model's `chat_template` (Jinja), as `transformers` renders it. Throws TOKENIZER_INVALID for a template that is no Jinja
 * or fails; the template's own refusal of the messages is a REQUEST_INVALID.
 */
export function compileChatTemplate(source: string): ChatTemplate {
  let template: jinja.Template;
  try {
    template = new jinja.Template(source);
  } catch (cause) {
    throw new NnError('TOKENIZER_INVALID', `the chat template cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
  return (messages, { addGenerationPrompt = true, variables = {} } = {}) => {
    try {
      return interpret(template, {
        ...constants,
        ...variables,
        messages,
        add_generation_prompt: addGenerationPrompt,
        raise_exception: refuse,
        range: boundedRange(),
      });
    } catch (cause) {
      if (cause instanceof NnError) throw cause;
      throw new NnError('TOKENIZER_INVALID', `the chat template fails: ${messageOf(cause)}`, { cause });
    }
  };
}

const constants = { true: true, false: false, none: null, True: true, False: false, None: null };

/** These two have no types where imports need their extensions. */
const { Environment, Interpreter } = jinja as unknown as {
  readonly Environment: new () => { set(name: string, value: unknown): void };
  readonly Interpreter: new (environment: object) => { run(parsed: unknown): { readonly value: unknown } };
};

/** What `Template.render` does, whose own `range` and `raise_exception` cannot be replaced. */
function interpret({ parsed }: jinja.Template, variables: Readonly<Record<string, unknown>>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries(variables)) environment.set(name, value);
  const { value } = new Interpreter(environment).run(parsed);
  return String(value);
}

function refuse(reason: unknown): never {
  throw new NnError('REQUEST_INVALID', `the chat template refuses the messages: ${String(reason)}`);
}

/** Python's `range`, of whole numbers. */
function boundedRange(): (...bounds: readonly unknown[]) => number[] {
  let left = RANGE_ITEMS_MAX;
  return (...bounds) => {
    // A call without a step passes the template's keyword arguments, if anything, in its place.
    const given = bounds.filter((bound) => typeof bound === 'number');
    const [start, stop, step = 1] = given.length === 1 ? [0, given[0]!] : given;
    const length = Math.max(0, Math.ceil((stop! - start!) / step));
    if (!Number.isInteger(length) || length > left) {
      throw new NnError('TOKENIZER_INVALID', `the chat template counts too far: range(${given.join(', ')})`);
    }
    left -= length;
    return Array.from({ length }, (_, index) => start! + index * step);
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
