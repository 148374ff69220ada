// `npm test`: installs what the tests need and runs all of them; `--unit` runs only the fast part.
// Ends with the line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabases } from './setup/databases.mjs';
import { requireNode, requirePython, root, SetupError } from './setup/environment.mjs';
import { ensureHadoop } from './setup/hadoop.mjs';
import { ensureKafka } from './setup/kafka.mjs';
import { ensureMosquitto } from './setup/mosquitto.mjs';
import { ensureBuilt, ensurePackages } from './setup/packages.mjs';
import { ensureRabbitmq } from './setup/rabbitmq.mjs';
import { ensureTemporalCli } from './setup/temporal.mjs';
import { ensureVersityGateway } from './setup/versityGateway.mjs';

const unitOnly = process.argv.includes('--unit');
const log = (text) => process.stdout.write(`${text}\n`);
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-test-'));
let passed = 0;
let failed = 0;

const run = (title, command, args, env = {}) => {
  log(`\n— ${title}`);
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  return result.status === 0;
};

const check = (title, ...args) => {
  if (run(title, 'npx', ['--no-install', ...args])) passed += 1;
  else failed += 1;
};

const jest = (title, projects, env, ...args) => {
  const outputFile = join(scratch, `${projects.join('-')}.json`);
  const finished = run(
    title,
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      '--selectProjects',
      ...projects,
      '--json',
      `--outputFile=${outputFile}`,
      ...args,
    ],
    env,
  );
  let summary = null;
  try {
    summary = JSON.parse(readFileSync(outputFile, 'utf8'));
  } catch {
    log('jest ended before it wrote its results');
  }
  passed += summary?.numPassedTests ?? 0;
  failed += summary?.numFailedTests ?? 0;
  // A suite that cannot even be loaded has no failed test of its own.
  failed += summary?.numRuntimeErrorTestSuites ?? 0;
  if (!finished && (summary?.success ?? true)) failed += 1;
};

try {
  requireNode();
  ensurePackages(log);
  // Unit tests too: what runs on a worker thread is compiled code.
  ensureBuilt(log);
  if (unitOnly) {
    // Jest leaves one core free by default, which on two cores halves its speed.
    jest('unit and property tests', ['unit'], {}, '--maxWorkers=100%');
  } else {
    requirePython();
    const temporalCli = await ensureTemporalCli(log);
    ensureDatabases(log);
    ensureKafka(log);
    ensureRabbitmq(log);
    ensureMosquitto(log);
    ensureVersityGateway(log);
    ensureHadoop(log);
    check('format and lint', 'biome', 'check', '.');
    check('types', 'tsc', '--noEmit');
    check('type-aware lint', 'eslint', '.');
    check('import rules', 'depcruise', '--config', '.dependency-cruiser.cjs', '.');
    check('unused code', 'knip');
    jest('unit, property, golden and replay tests', ['unit', 'golden', 'replay'], {
      PLUMBLINE_TEMPORAL_CLI: temporalCli,
    });
    jest(
      'integration tests (real servers)',
      ['integration'],
      { PLUMBLINE_TEMPORAL_CLI: temporalCli },
      '--runInBand',
    );
  }
} catch (error) {
  failed += 1;
  log(error instanceof SetupError ? error.message : error.stack);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
