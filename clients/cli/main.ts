#!/usr/bin/env node
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import {
  type DecisionName,
  modelNameOf,
  PlumblineError,
  plumblineError,
  shortId,
  toPlumblineError,
  WORKFLOWS,
} from '../../contracts/index.js';
import { type Connection, connect } from './connection.js';
import { addVersionCommands } from './data/index.js';
import { runDriftExample, seedOf } from './drift.js';
import { followRun } from './follow.js';
import { table } from './format.js';
import {
  addDataCommands,
  addEstimateCommand,
  addGenerateCommand,
  addTokenizerCommands,
} from './local/index.js';
import { pipelineJsonSchema, readPipelineFile } from './pipelineFile.js';
import { connectorNames, connectorReference, pipelineReference } from './pipelineReference.js';
import { addSourceCommands } from './sourceCommands.js';
import { type Span, spanOf } from './span.js';
import { lifecycleSummary } from './summary.js';
import { verifyModelFolder } from './verifyModel.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface GlobalOptions {
  apiUrl?: string;
  apiKey?: string;
  dataDir: string;
}

const program = new Command('plumbline')
  .description('Turns your own data into a vertical language model and keeps it good.')
  .addOption(new Option('--api-url <url>', 'address of the API').env('PLUMBLINE_API_URL'))
  .addOption(new Option('--api-key <key>', 'API key; better set by its variable').env('PLUMBLINE_API_KEY'))
  .addOption(
    new Option('--data-dir <folder>', 'data of a local installation')
      .env('PLUMBLINE_DATA_DIR')
      .default('.plumbline'),
  )
  .showHelpAfterError()
  .showSuggestionAfterError();

const connection = (): Connection => connect(program.opts<GlobalOptions>());

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

const pipeline = program.command('pipeline').description('work with pipeline files');
pipeline
  .command('validate <file>')
  .description('check a pipeline file; every problem is shown with its line')
  .action((file: string) => {
    const read = readPipelineFile(file);
    say(
      `${file} is valid: pipeline ${read.name}, ${read.sources.length} source(s), labels ${read.labels.join(', ')}`,
    );
  });
pipeline
  .command('schema')
  .description('print the JSON Schema of pipeline files, for editors')
  .action(() => say(JSON.stringify(pipelineJsonSchema(), null, 2)));
pipeline
  .command('reference')
  .description('print every key with its type, default and meaning, as Markdown')
  .option('--connector <name>', 'the keys of a source that this connector reads')
  .action(({ connector }: { connector?: string }) => {
    const table = connector === undefined ? pipelineReference() : connectorReference(connector);
    if (table === undefined)
      throw plumblineError(
        'REQUEST_INVALID',
        `no connector "${connector}"; there are ${connectorNames().join(', ')}`,
      );
    say(table);
  });

program
  .command('run <file>')
  .description('run a pipeline: collect, clean, train, evaluate, promote')
  .option('--follow', 'show progress until it ends, then a summary')
  .option('--attach', 'follow the run of this pipeline that is under way instead of starting one')
  .option('--report-dir <folder>', 'where the HTML report is saved', '.')
  .action(async (file: string, options: { follow?: true; attach?: true; reportDir: string }) => {
    const read = readPipelineFile(file);
    const { client, viewerKeyFile } = connection();
    const open = options.attach
      ? (await client.runs({ pipeline: read.name, workflow: 'lifecycle', limit: 10 })).runs.find(
          (run) => run.closedAt === null,
        )
      : undefined;
    const { workflowId } = open ?? (await client.start('lifecycle', { pipeline: read }));
    say(`${open ? 'Attached to' : 'Started'} ${workflowId}`);
    if (!options.follow) return say(`Follow it with: plumbline status ${workflowId}`);
    const detail = await followRun(client, workflowId, process.stdout, interrupted.signal);
    if (detail.failure !== null) {
      say(
        `${workflowId} ${detail.state}: ${detail.failure.code}: ${detail.failure.message}\n${detail.failure.action}`,
      );
      process.exitCode = 1;
      return;
    }
    const output = WORKFLOWS.lifecycle.output.parse(detail.output);
    const info = await client.info();
    mkdirSync(options.reportDir, { recursive: true });
    const reportPath = resolve(
      join(options.reportDir, `${modelNameOf(read)}-v${output.evaluation.version}.html`),
    );
    writeFileSync(reportPath, await client.report(output.evaluation.modelVersionId));
    say(
      lifecycleSummary(output, {
        model: modelNameOf(read),
        task: read.training.task,
        inferenceUrl: info.inferenceUrl,
        temporalUiUrl: info.temporalUiUrl,
        temporalNamespace: info.temporalNamespace,
        workflowId: detail.workflowId,
        runId: detail.runId,
        reportPath,
        keyFile: viewerKeyFile,
      }),
    );
  });

program
  .command('status [run]')
  .description('list the newest runs, or show one')
  .option('--pipeline <name>', 'only runs of this pipeline')
  .option('--limit <n>', 'how many', '20')
  .action(async (run: string | undefined, options: { pipeline?: string; limit: string }) => {
    const { client } = connection();
    if (run !== undefined) return say(JSON.stringify(await client.run(run), null, 2));
    const { runs } = await client.runs({
      limit: Number(options.limit),
      ...(options.pipeline === undefined ? {} : { pipeline: options.pipeline }),
    });
    say(
      table([
        ['RUN', 'WORKFLOW', 'STATE', 'STARTED'],
        ...runs.map((entry) => [entry.workflowId, entry.workflow, entry.state, entry.startedAt]),
      ]),
    );
  });

/** A decision on a lifecycle goes to the promotion under it that waits. */
const waitingRun = async ({ client }: Connection, run: string): Promise<string> => {
  const detail = await client.run(run);
  const children = detail.status?.children ?? [];
  return children.find((child) => child.startsWith('promote/')) ?? run;
};

const decisionOptions = (command: Command): Command =>
  command
    .requiredOption('--reason <text>', 'why; it is recorded')
    .addOption(new Option('--by <name>', 'who decides').default(userInfo().username, 'your user name'));

for (const name of ['approve', 'reject'] satisfies DecisionName[])
  decisionOptions(program.command(`${name} <run>`))
    .description(`${name} what a run waits for`)
    .action(async (run: string, options: { by: string; reason: string }) => {
      const connected = connection();
      const target = await waitingRun(connected, run);
      await connected.client.decide(target, name, options);
      say(`${name} recorded on ${target}`);
    });

decisionOptions(program.command('cancel <run>'))
  .description('cancel a run; finished steps are kept and reused')
  .action(async (run: string, options: { by: string; reason: string }) => {
    await connection().client.cancel(run, options);
    say(`Cancellation of ${run} requested`);
  });

decisionOptions(program.command('rollback <model>'))
  .description('put an earlier version back into production')
  .option('--to <id>', 'id of the model version; default the one before')
  .option('--alias <name>', 'which alias', 'production')
  .action(async (model: string, options: { by: string; reason: string; to?: string; alias: string }) => {
    const { client } = connection();
    const { workflowId } = await client.rollback(model, options);
    const detail = await followRun(client, workflowId, process.stdout, interrupted.signal);
    if (detail.failure !== null) throw plumblineError('DECISION_REFUSED', detail.failure.message);
    const output = WORKFLOWS.promoteModel.output.parse(detail.output);
    say(`${model}@${options.alias} now is ${shortId(output.modelVersionId)}: ${output.reasons.join('; ')}`);
  });

program
  .command('models [name]')
  .description('list registered model versions')
  .action(async (name: string | undefined) => {
    const { versions } = await connection().client.models(name);
    say(
      table([
        ['MODEL', 'VERSION', 'ID', 'MACRO-F1', 'ENTITY-F1', 'ALIASES', 'CREATED'],
        ...versions.map((entry) => [
          entry.model,
          String(entry.version),
          shortId(entry.modelVersionId),
          entry.macroF1?.toFixed(4) ?? '–',
          entry.entityF1?.toFixed(4) ?? '–',
          entry.aliases.join(','),
          entry.createdAt,
        ]),
      ]),
    );
  });

const model = program.command('model').description('work with model files on this machine');
model
  .command('verify <folder>')
  .description('compare a model with reference values; exit status 1 past tolerance')
  .option('--threads <n>', 'threads inside one operator', '2')
  .addHelpText(
    'after',
    `
FOLDER holds config.json and model.safetensors in Hugging Face's format, and what another implementation computed:
case.safetensors (inputs, labels, logits), gradients.safetensors and expected.json.`,
  )
  .action(async (folder: string, options: { threads: string }) => {
    const threads = Number(options.threads);
    if (!Number.isInteger(threads) || threads < 1)
      throw plumblineError(
        'REQUEST_INVALID',
        `--threads must be a whole number from 1, it is ${options.threads}`,
      );
    const { report, passed } = await verifyModelFolder(folder, threads);
    say(report);
    if (!passed) process.exitCode = 1;
  });

addSourceCommands(program, { say, connection });

const surroundings = { say, signal: interrupted.signal };
addTokenizerCommands(program, surroundings);
addGenerateCommand(program, surroundings);
addDataCommands(program, surroundings);
addEstimateCommand(program, surroundings);
addVersionCommands(program, { say, connection });

program
  .command('classify <model> <text>')
  .description('classify one text with the served model')
  .action(async (model: string, text: string) => {
    const { client } = connection();
    const { inferenceUrl } = await client.info();
    say(JSON.stringify(await client.classify(inferenceUrl, model, text), null, 2));
  });

program
  .command('extract <model> <text>')
  .description('find the entities of one text with the served model')
  .action(async (model: string, text: string) => {
    const { client } = connection();
    const { inferenceUrl } = await client.info();
    say(JSON.stringify(await client.extract(inferenceUrl, model, text), null, 2));
  });

program
  .command('relate <model> <text>')
  .description('say how two spans of one text are related with the served model')
  .requiredOption('--head <span>', 'first span as START-END, in UTF-16 code units', spanOf)
  .requiredOption('--tail <span>', 'second span as START-END', spanOf)
  .action(async (model: string, text: string, { head, tail }: { head: Span; tail: Span }) => {
    const { client } = connection();
    const { inferenceUrl } = await client.info();
    say(JSON.stringify(await client.relate(inferenceUrl, model, { text, head, tail }), null, 2));
  });

const example = program.command('example').description('see a part of the system at work');
example
  .command('drift [file]')
  .description('send windows of mails to the served model and watch drift being found, or not')
  .option('--windows <n>', 'how many windows', '3')
  .addOption(new Option('--shift <kind>', 'kind of traffic').choices(['none', 'wave']).default('wave'))
  .option('--seed <n>', 'draws other mails')
  .action(
    async (file: string | undefined, options: { windows: string; shift: 'none' | 'wave'; seed?: string }) => {
      const read = readPipelineFile(file ?? 'examples/mail-triage/pipeline.yaml');
      const { client } = connection();
      const { runs } = await client.runs({
        pipeline: read.name,
        workflow: 'lifecycle',
        state: 'completed',
        limit: 1,
      });
      const newest = runs[0];
      if (newest === undefined)
        throw plumblineError('RUN_NOT_FOUND', `pipeline ${read.name} has no finished run`);
      const output = WORKFLOWS.lifecycle.output.parse((await client.run(newest.workflowId)).output);
      await runDriftExample({
        client,
        pipeline: read,
        datasetId: output.dataset.datasetId,
        inferenceUrl: (await client.info()).inferenceUrl,
        windows: Number(options.windows),
        shift: options.shift,
        seed: options.seed === undefined ? seedOf(new Date()) : Number(options.seed),
        say,
      });
    },
  );

const EXIT_INTERRUPTED = 130;

program.parseAsync().catch((thrown: unknown) => {
  if (interrupted.signal.aborted) {
    process.stderr.write('\nNo longer following; the run goes on.\n');
    process.exit(EXIT_INTERRUPTED);
  }
  const error = thrown instanceof PlumblineError ? thrown : toPlumblineError(thrown);
  process.stderr.write(`${error.code}: ${error.message}\n${error.action}\n`);
  process.exit(1);
});
