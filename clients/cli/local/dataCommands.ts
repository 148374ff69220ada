import type { Command } from 'commander';
import { readPipelineFile } from '../pipelineFile.js';
import { numberOption } from './numberOption.js';
import { showPreview } from './showPreview.js';
import { type Surroundings, unlessInterrupted } from './surroundings.js';

interface PreviewOptions {
  readonly rows: number;
  readonly learnFrom: number;
  readonly source?: string;
}

/** Adds `data preview` and `data rules`. */
export const addDataCommands = (program: Command, { say, signal }: Surroundings): void => {
  const data = program.command('data').description('look at data');
  data
    .command('preview <file>')
    .description('show what the cleaning rules of a pipeline file do with a sample; nothing is written')
    .addOption(numberOption('--rows <n>', 'records that are shown', { least: 1 }).default(20))
    .addOption(
      numberOption('--learn-from <n>', 'records that rules learn from which look at a corpus', {
        least: 1,
      }).default(500),
    )
    .option('--source <name>', 'only this source; default the first records of each')
    .action((file: string, options: PreviewOptions) =>
      unlessInterrupted(signal, showPreview(readPipelineFile(file), { ...options, say, signal })),
    );
  data
    .command('rules')
    .description('print every cleaning rule with its keys and reasons, as Markdown')
    .action(async () => {
      const { RULES } = await import('../../../stages/datasets/index.js');
      const { rulesReference } = await import('./rulesReference.js');
      say(rulesReference(RULES).trimEnd());
    });
};
