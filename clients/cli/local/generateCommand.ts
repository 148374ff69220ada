import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { generateText } from './generateText.js';
import { numberOption } from './numberOption.js';
import { type Surroundings, unlessInterrupted } from './surroundings.js';

interface GenerateOptions {
  readonly prompt: readonly string[];
  readonly chat?: true;
  readonly system?: string;
  readonly stream?: true;
  readonly json?: true;
  readonly maxNewTokens?: number;
  readonly greedy?: true;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly beams?: number;
  readonly repetitionPenalty?: number;
  readonly stop: readonly string[];
  readonly seed: number;
  readonly batchSize?: number;
  readonly threads: number;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds `generate`. */
export const addGenerateCommand = (program: Command, { signal }: Surroundings): void => {
  program
    .command('generate <folder>')
    .description('write texts with a language model in Hugging Face format, on this machine')
    .addOption(
      new Option('--prompt <text>', 'text to go on from; may be given several times; - reads it from stdin')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--chat', "take prompts as a user's messages, by the model's chat template")
    .option('--system <text>', 'system message before them')
    .option('--stream', 'show the text while it is written')
    .option('--json', 'a line of JSON for each prompt: prompt, text, end, tokens')
    .addOption(numberOption('--max-new-tokens <n>', 'tokens to write at most', { least: 1 }))
    .option('--greedy', 'always the most likely token')
    .addOption(
      numberOption('--temperature <t>', 'sample, with scores divided by t', { least: 1e-6, whole: false }),
    )
    .addOption(numberOption('--top-k <k>', 'sample from the k most likely tokens', { least: 1 }))
    .addOption(
      numberOption('--top-p <p>', 'sample from the likeliest tokens of together p', {
        least: 1e-9,
        most: 1,
        whole: false,
      }),
    )
    .addOption(numberOption('--beams <n>', 'beam search', { least: 1, most: 1000 }))
    .addOption(
      numberOption('--repetition-penalty <x>', 'above 1: less of what came before', {
        least: 1e-6,
        whole: false,
      }),
    )
    .addOption(
      new Option('--stop <text>', 'ends the text; may be given several times')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(numberOption('--seed <n>', 'of sampling', { least: 0 }).default(1))
    .addOption(numberOption('--batch-size <n>', 'prompts at once', { least: 1, most: 4096 }))
    .addOption(
      numberOption('--threads <n>', 'threads inside one operator', { least: 1, most: 1024 }).default(2),
    )
    .addHelpText(
      'after',
      `
What is not given is as the folder's generation_config.json has it.`,
    )
    .action((folder: string, options: GenerateOptions) =>
      unlessInterrupted(
        signal,
        generateText(
          {
            folder,
            prompts: options.prompt.map((text) => (text === '-' ? readFileSync(0, 'utf8') : text)),
            chat: options.chat === true,
            system: options.system,
            stream: options.stream === true,
            json: options.json === true,
            threads: options.threads,
            batchSize: options.batchSize,
            choice: {
              greedy: options.greedy === true,
              beams: options.beams,
              temperature: options.temperature,
              topK: options.topK,
              topP: options.topP,
              seed: options.seed,
            },
            maxNewTokens: options.maxNewTokens,
            repetitionPenalty: options.repetitionPenalty,
            stop: options.stop,
            signal,
          },
          {
            write: (text) => process.stdout.write(process.stdout.isTTY ? harmless(text) : text),
            warn: (text) => process.stderr.write(`${text}\n`),
          },
        ),
      ),
    );
};

/** A model may write what a terminal would take for commands. */
const harmless = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD');
