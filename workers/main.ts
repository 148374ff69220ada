import { parseArgs } from 'node:util';
import { readConfig } from '../config.js';
import { toPlumblineError } from '../contracts/index.js';
import { createLogger } from './log.js';
import { parseRoles } from './roles.js';
import { runWorker } from './run.js';

/** `node dist/workers/main.js --roles control,cpu,gpu`: one process serves one or more roles. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { roles: { type: 'string', default: 'control,cpu,gpu' } } });
  const config = readConfig();
  const roles = parseRoles(values.roles);
  const log = createLogger(config.logLevel, roles);

  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    // Whoever asks twice does not want to wait; unfinished attempts are noticed by their heartbeats.
    if (stopping.signal.aborted) process.exit(130);
    log.info({ signal }, 'stopping: activities write their checkpoints');
    stopping.abort();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    await runWorker({ config, roles, log, signal: stopping.signal });
  } catch (thrown) {
    if (stopping.signal.aborted && thrown === stopping.signal.reason) return;
    const error = toPlumblineError(thrown);
    log.fatal({ code: error.code, action: error.action, err: thrown }, error.message);
    process.exitCode = 1;
  }
};

main().catch((thrown: unknown) => {
  const { code, message, action } = toPlumblineError(thrown);
  process.stderr.write(`${code}: ${message} ${action}\n`);
  process.exitCode = 1;
});
