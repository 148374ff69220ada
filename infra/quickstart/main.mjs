// `npm run quickstart`: everything on one machine, from nothing to a served model. Node built-ins only.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireNode, requirePython, root, SetupError } from '../setup/environment.mjs';
import { ensureBuilt, ensurePackages } from '../setup/packages.mjs';
import { ensureTemporalCli } from '../setup/temporal.mjs';
import { choosePorts } from './ports.mjs';
import { answersOk, Supervisor, waitFor } from './supervisor.mjs';

const USAGE = `Usage: npm run quickstart [-- OPTIONS] [PIPELINE]

Starts Temporal, ClickHouse, the workers, the API and the inference endpoint on this machine, runs
PIPELINE (default examples/mail-triage/pipeline.yaml) and keeps serving until Ctrl-C.

  --exit        end when the pipeline has finished
  --serve-only  start everything, run no pipeline
  --help        this text
`;

const options = process.argv.slice(2);
if (options.includes('--help')) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const exitAtEnd = options.includes('--exit');
const serveOnly = options.includes('--serve-only');
const pipeline = options.find((option) => !option.startsWith('-')) ?? 'examples/mail-triage/pipeline.yaml';

const log = (text) => process.stderr.write(`${text}\n`);
const dataDir = resolve(process.env.PLUMBLINE_DATA_DIR ?? join(root, '.plumbline'));
const folder = (name) => {
  const path = join(dataDir, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
};

const keyFile = (role) => {
  const path = join(folder('keys'), `${role}.key`);
  if (!existsSync(path)) writeFileSync(path, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  return path;
};

const portOpen = (port) => () =>
  new Promise((resolvePort) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolvePort(socket.destroy() && true));
    socket.once('error', () => resolvePort(false));
  });

const main = async () => {
  requireNode();
  requirePython();
  ensurePackages(log);
  ensureBuilt(log);
  const temporalCli = await ensureTemporalCli(log);

  const supervisor = new Supervisor({ runDir: folder('run'), logDir: folder('logs'), log });
  await supervisor.endLeftovers();
  const ports = await choosePorts(join(folder('run'), 'ports.json'));
  const keys = { admin: keyFile('admin'), operator: keyFile('operator'), viewer: keyFile('viewer') };
  const env = {
    ...process.env,
    PLUMBLINE_DATA_DIR: dataDir,
    PLUMBLINE_TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    PLUMBLINE_TEMPORAL_UI_URL: `http://127.0.0.1:${ports.temporalUi}`,
    PLUMBLINE_CLICKHOUSE_URL: `http://127.0.0.1:${ports.clickhouse}`,
    PLUMBLINE_API_PORT: String(ports.api),
    PLUMBLINE_INFERENCE_PORT: String(ports.inference),
    PLUMBLINE_API_KEYS: Object.entries(keys)
      .map(([role, path]) => `${role}=file:${path}`)
      .join(','),
  };
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  writeFileSync(
    join(folder('run'), 'client.json'),
    JSON.stringify({ apiUrl, keyFile: keys.admin, viewerKeyFile: keys.viewer }),
  );
  const compiled = (path) => join(root, 'dist', path);
  const node = (name, ...args) => supervisor.start(name, process.execPath, args, env);

  let stopping = null;
  const stop = () => {
    stopping ??= supervisor.stop();
    return stopping;
  };
  let follower = null;
  const interrupt = async () => {
    if (stopping !== null) return;
    log('\nStopping; nothing is lost, the same command goes on where it was.');
    follower?.kill('SIGINT');
    await stop();
    process.exit(130);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);

  // Known from the start, so that nobody who lists runs has to wait for a worker to register them.
  const { SEARCH_ATTRIBUTES } = await import(pathToFileURL(compiled('temporal.config.js')).href);

  try {
    supervisor.start(
      'temporal',
      temporalCli,
      [
        ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--log-format', 'json'],
        ...['--port', String(ports.temporal), '--ui-port', String(ports.temporalUi)],
        ...['--metrics-port', String(ports.temporalMetrics)],
        ...['--db-filename', join(dataDir, 'temporal.db')],
        ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
      ],
      env,
    );
    node(
      'clickhouse',
      compiled('storage/clickhouse/listener.js'),
      '--path',
      folder('clickhouse'),
      '--port',
      String(ports.clickhouse),
    );
    await waitFor('Temporal', portOpen(ports.temporal));
    await waitFor('ClickHouse', answersOk(`http://127.0.0.1:${ports.clickhouse}/ping`));
    node('worker', compiled('workers/main.js'), '--roles', 'control,cpu');
    node('trainer', compiled('workers/main.js'), '--roles', 'gpu');
    node('api', compiled('api/main.js'));
    node('inference', compiled('api/inference/main.js'));
    await waitFor('The API', answersOk(`${apiUrl}/health/ready`));
    await waitFor('The inference endpoint', answersOk(`http://127.0.0.1:${ports.inference}/health/live`));
    log(
      `Temporal Web UI http://127.0.0.1:${ports.temporalUi} · API ${apiUrl} · ` +
        `inference http://127.0.0.1:${ports.inference} · logs ${join(dataDir, 'logs')}`,
    );

    if (!serveOnly) {
      const status = await new Promise((resolveStatus) => {
        follower = spawn(
          process.execPath,
          [
            compiled('clients/cli/main.js'),
            'run',
            pipeline,
            '--follow',
            '--attach',
            '--report-dir',
            folder('reports'),
          ],
          {
            stdio: 'inherit',
            cwd: process.cwd(),
            env,
          },
        );
        follower.once('exit', (code) => resolveStatus(code ?? 1));
      });
      if (stopping !== null) return;
      if (exitAtEnd || status !== 0) {
        await stop();
        process.exit(status);
      }
    }
    log('\nServing. Ctrl-C stops everything.');
  } catch (error) {
    await stop();
    throw error;
  }
};

main().catch((error) => {
  log(error instanceof SetupError ? error.message : `${error.message}\nLogs: ${join(dataDir, 'logs')}`);
  process.exit(1);
});
