import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import type { SourceState } from '../../contracts/index.js';
import type { Connection } from './connection.js';
import { table } from './format.js';
import { readSourceFile } from './pipelineFile.js';

interface Surroundings {
  readonly say: (text: string) => void;
  readonly connection: () => Connection;
}

const scheduleOf = ({ entry: { schedule } }: SourceState): string => {
  if (schedule === null) return 'when asked';
  return 'cron' in schedule ? schedule.cron : `every ${schedule.everyMinutes} min`;
};

const row = (state: SourceState): readonly string[] => [
  state.name,
  state.entry.source.connector,
  scheduleOf(state),
  state.pausedBecause === null ? 'active' : 'paused',
  String(state.failures),
  state.lastCollectedAt ?? 'never',
];

/** Adds `source …`: the catalog of sources that stand alone. */
export const addSourceCommands = (program: Command, { say, connection }: Surroundings): void => {
  const source = program.command('source').description('work with the catalog of sources');
  source
    .command('create <file>')
    .description('add the source of a YAML file to the catalog, and begin its schedule')
    .action(async (file: string) => {
      const state = await connection().client.createSource(readSourceFile(file));
      say(`Source ${state.name} is in the catalog; it is collected ${scheduleOf(state)}`);
    });
  source
    .command('test <name-or-file>')
    .description('connect, authenticate and look at one record; changes nothing')
    .action(async (nameOrFile: string) => {
      const isFile = /\.ya?ml$/.test(nameOrFile);
      const tested = await connection().client.testSource(
        isFile ? readSourceFile(nameOrFile).source : nameOrFile,
      );
      say(`Found: ${tested.found}`);
      if (tested.fields.length > 0) say(`Fields: ${tested.fields.join(', ')}`);
    });
  source
    .command('list')
    .description('list the sources of the catalog')
    .action(async () => {
      const { sources } = await connection().client.sources();
      say(table([['SOURCE', 'CONNECTOR', 'COLLECTED', 'STATE', 'FAILURES', 'LAST'], ...sources.map(row)]));
    });
  source
    .command('show <name>')
    .description('show one source: how it is read, how it stands')
    .action(async (name: string) => say(JSON.stringify(await connection().client.source(name), null, 2)));
  source
    .command('pause <name>')
    .description('collect it no more')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .addOption(new Option('--by <name>', 'who decides').default(userInfo().username, 'your user name'))
    .action(async (name: string, options: { by: string; reason: string }) => {
      const { pausedBecause } = await connection().client.pauseSource(name, options);
      say(`Source ${name} is ${pausedBecause}`);
    });
  source
    .command('resume <name>')
    .description('collect it again; its failures are forgiven')
    .action(async (name: string) => {
      const state = await connection().client.resumeSource(name);
      say(`Source ${name} is collected ${scheduleOf(state)}`);
    });
  source
    .command('collect <name>')
    .description('collect it now')
    .action(async (name: string) => {
      const { workflowId } = await connection().client.collectSource(name);
      say(`Follow it with: plumbline status ${workflowId}`);
    });
  source
    .command('remove <name>')
    .description('take it out of the catalog; what was collected stays')
    .action(async (name: string) => {
      await connection().client.removeSource(name);
      say(`Source ${name} is removed`);
    });
};
