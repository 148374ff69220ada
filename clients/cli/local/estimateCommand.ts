import type { Command } from 'commander';
import { readPipelineFile } from '../pipelineFile.js';
import { estimateReport } from './estimateReport.js';
import { defaultSubject, type EstimateOptions, estimateOf } from './estimateRun.js';
import { numberOption } from './numberOption.js';
import { type Surroundings, unlessInterrupted } from './surroundings.js';

/** Adds `estimate`. */
export const addEstimateCommand = (program: Command, { say, signal }: Surroundings): void => {
  program
    .command('estimate [file]')
    .description('tell what the training of a pipeline file takes, and whether it fits on this machine')
    .option('--model <folder>', 'folder of the base model or a .gguf file, in place of training.base.model')
    .option('--texts <path...>', 'texts to train on, .txt, .md or .jsonl: their tokens are counted')
    .option('--field <name>', 'field of .jsonl records that holds the text', 'text')
    .addOption(numberOption('--rows <n>', 'texts to train on, where there are no --texts', { least: 1 }))
    .addOption(
      numberOption('--mean-tokens <n>', 'tokens of a text on average; default training.maxLength', {
        least: 1,
        whole: false,
      }),
    )
    .addOption(numberOption('--steps-per-run <n>', 'steps made with their updates in one run', { least: 1 }))
    .addOption(
      numberOption('--memory <bytes>', 'to fit in; default what this machine has left', { least: 1 }),
    )
    .option('--json', 'the figures as JSON')
    .addHelpText(
      'after',
      `
Of the model only its configuration is read. Without a file the recipe is the default one of a pipeline. Memory is that
of the process; a GPU has its own. The exit status is 1 where training would not fit.`,
    )
    .action((file: string | undefined, { json, ...options }: EstimateOptions & { json?: true }) =>
      unlessInterrupted(signal, show(file, { ...options, signal }, json === true)),
    );

  const show = async (
    file: string | undefined,
    options: Parameters<typeof estimateOf>[1],
    asJson: boolean,
  ) => {
    const subject = file === undefined ? defaultSubject(options.model) : readPipelineFile(file);
    const found = await estimateOf(subject, options);
    say(asJson ? JSON.stringify(found, null, 2) : estimateReport(found));
    if (!found.fits) process.exitCode = 1;
  };
};
