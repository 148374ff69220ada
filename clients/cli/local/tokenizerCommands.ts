import { type Command, Option } from 'commander';
import { LiveLine } from './liveLine.js';
import { numberOption } from './numberOption.js';
import { type Surroundings, unlessInterrupted } from './surroundings.js';
import { growTokenizer, trainTokenizer } from './tokenizerFiles.js';

interface CorpusOptions {
  readonly field: string;
  readonly segment?: true;
  readonly minFrequency?: number;
  readonly out: string;
}

const corpusOptions = (command: Command): Command =>
  command
    .requiredOption('--out <folder>', 'where the files are written')
    .option('--field <name>', 'field of .jsonl records that holds the text', 'text')
    .addOption(numberOption('--min-frequency <n>', 'occurrences that a word or pair needs', { least: 1 }))
    .option('--segment', 'find words in Chinese text with Jieba first; kept in tokenizer.json');

const CORPUS_HELP = `
CORPUS is files or folders: of .txt and .md files every line is a text, of .jsonl files a field of every record.`;

/** Adds `tokenizer train` and `tokenizer grow`. */
export const addTokenizerCommands = (program: Command, { say, signal }: Surroundings): void => {
  const withProgress = async (make: (onProgress: (line: string) => void) => Promise<string>) => {
    const line = new LiveLine(process.stderr);
    const made = await make((text) => line.show(text)).finally(() => line.clear());
    say(made);
  };
  const common = (corpus: readonly string[], options: CorpusOptions) => ({
    corpus,
    field: options.field,
    segment: options.segment === true,
    minimumFrequency: options.minFrequency,
    out: options.out,
    signal,
  });

  const tokenizer = program.command('tokenizer').description('make tokenizers for a domain, on this machine');
  corpusOptions(tokenizer.command('train <corpus...>'))
    .description('train a new vocabulary on texts')
    .addOption(numberOption('--size <n>', 'tokens at most', { least: 1 }).makeOptionMandatory())
    .addOption(
      new Option('--kind <kind>', 'wordpiece: as BERT has it, lower-cased; bpe: over bytes, as GPT-2 has it')
        .choices(['wordpiece', 'bpe'])
        .default('wordpiece'),
    )
    .addHelpText('after', CORPUS_HELP)
    .action((corpus: string[], options: CorpusOptions & { size: number; kind: 'wordpiece' | 'bpe' }) =>
      unlessInterrupted(
        signal,
        withProgress((onProgress) =>
          trainTokenizer({
            ...common(corpus, options),
            kind: options.kind,
            size: options.size,
            onProgress,
          }),
        ),
      ),
    );
  corpusOptions(tokenizer.command('grow <base> <corpus...>'))
    .description('add the words of a domain to the tokenizer of a model, and grow its embeddings')
    .addOption(numberOption('--add <n>', 'words at most', { least: 1 }).makeOptionMandatory())
    .addHelpText(
      'after',
      `
BASE is a folder with a tokenizer.json; with config.json and weights beside it the whole model is written anew, where
a new token starts as the mean of the tokens it was made of.${CORPUS_HELP}`,
    )
    .action((base: string, corpus: string[], options: CorpusOptions & { add: number }) =>
      unlessInterrupted(
        signal,
        withProgress((onProgress) =>
          growTokenizer({ ...common(corpus, options), base, add: options.add, onProgress }),
        ),
      ),
    );
};
