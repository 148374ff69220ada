import type { Command } from 'commander';
import type { Connection } from '../connection.js';
import { diffReport } from './diffReport.js';
import { writeRawBytes } from './rawBytes.js';
import { traceReport } from './traceReport.js';

interface Surroundings {
  readonly say: (text: string) => void;
  readonly connection: () => Connection;
}

/** `data diff` and `lineage trace`, which ask the API. `data` may have other commands already. */
export const addVersionCommands = (program: Command, { say, connection }: Surroundings): void => {
  const data =
    program.commands.find((known) => known.name() === 'data') ??
    program.command('data').description('look at data');
  data
    .command('diff <from> <to>')
    .description('rows added, removed and changed between two dataset versions, by reason')
    .option('--json', 'print the answer as JSON')
    .action(async (from: string, to: string, { json }: { json?: true }) => {
      const diff = await connection().client.datasetDiff(from, to);
      say(json ? JSON.stringify(diff, null, 2) : diffReport(diff));
    });
  program
    .command('lineage')
    .description('where things came from and what came of them')
    .command('trace <id>')
    .description('follow a prediction, record, dataset, model version or other artifact both ways')
    .option('--json', 'print the answer as JSON')
    .option('--raw <path>', 'write the raw bytes it ends in: one record into a file, several into a folder')
    .action(async (id: string, { json, raw }: { json?: true; raw?: string }) => {
      const { client } = connection();
      const trace = await client.trace(id);
      say(json ? JSON.stringify(trace, null, 2) : traceReport(trace));
      if (raw !== undefined) process.stderr.write(`${await writeRawBytes(client, trace, raw)}\n`);
    });
};
