import type { Command } from 'commander';
import type { Connection } from '../connection.js';
import { diffReport } from './diffReport.js';

interface Surroundings {
  readonly say: (text: string) => void;
  readonly connection: () => Connection;
}

/** `plumbline data …`: dataset versions. */
export const addDataCommands = (program: Command, { say, connection }: Surroundings): void => {
  const data = program.command('data').description('look into dataset versions');
  data
    .command('diff <from> <to>')
    .description('rows added, removed and changed between two dataset versions, by reason')
    .option('--json', 'print the answer as JSON')
    .action(async (from: string, to: string, { json }: { json?: true }) => {
      const diff = await connection().client.datasetDiff(from, to);
      say(json ? JSON.stringify(diff, null, 2) : diffReport(diff));
    });
};
