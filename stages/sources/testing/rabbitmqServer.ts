import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../contracts/testing/until.js';
import { freePort } from '../../../storage/testing/freePort.js';
import { type BrokerProcess, spawnBroker, untilReady } from './brokerProcess.js';

/** Not /usr/sbin's wrapper: that one changes user and folder. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const EPMD = '/usr/bin/epmd';

/** Its user, who may do everything. */
export const RABBITMQ_USER = 'app-of-plumbline';

/** A real RabbitMQ with its management plug-in. */
export interface TestRabbitmq {
  /** host:port of AMQP. */
  readonly address: string;
  readonly password: string;
  /** Asks the management API. */
  manage(method: string, path: string): Promise<unknown>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again over the same folder. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The server refuses to run as root. */
const asItsUser = (folder: string): readonly string[] => {
  if (process.getuid?.() !== 0) return [];
  execFileSync('chown', ['-R', 'rabbitmq', folder]);
  return ['setpriv', '--reuid=rabbitmq', '--regid=rabbitmq', '--init-groups'];
};

/** Starts a RabbitMQ for a test file; call `stop` in afterAll. */
export const startRabbitmq = async (): Promise<TestRabbitmq> => {
  if (!existsSync(SERVER))
    throw new Error(`${SERVER} is missing: apt-get install -y --no-install-recommends rabbitmq-server`);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-rabbitmq-'));
  const [port, managementPort, distributionPort, epmdPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const password = randomBytes(12).toString('hex');
  await Promise.all(['log', 'mnesia'].map((name) => mkdir(join(folder, name))));
  await writeFile(join(folder, 'enabled_plugins'), '[rabbitmq_management].\n');
  await writeFile(
    join(folder, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      'management.tcp.ip = 127.0.0.1',
      `management.tcp.port = ${managementPort}`,
      `default_user = ${RABBITMQ_USER}`,
      `default_pass = ${password}`,
    ].join('\n'),
  );
  const pidFile = join(folder, 'rabbitmq.pid');
  const env = {
    ...process.env,
    HOME: folder,
    RABBITMQ_NODENAME: `test${port}@localhost`,
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: pidFile,
    RABBITMQ_DIST_PORT: String(distributionPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmdPort),
  };
  const user = asItsUser(folder);
  const manage = async (method: string, path: string): Promise<unknown> => {
    const authorization = `Basic ${Buffer.from(`${RABBITMQ_USER}:${password}`).toString('base64')}`;
    const answer = await fetch(`http://127.0.0.1:${managementPort}/api/${path}`, {
      method,
      headers: { authorization },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
    return answer.status === 204 ? null : ((await answer.json()) as unknown);
  };
  const isHealthy = async (): Promise<boolean> => {
    try {
      await manage('GET', 'health/checks/local-alarms');
      return true;
    } catch {
      return false; // Not up yet.
    }
  };
  let broker: BrokerProcess;
  let pid = 0;
  const start = async (): Promise<void> => {
    const [command, ...args] = [...user, SERVER];
    broker = spawnBroker(command!, args, { env, cwd: folder });
    await untilReady(broker, port, isHealthy);
    // The file names the Erlang machine, which the script that was started may only wait for.
    pid = Number(await readFile(pidFile, 'utf8'));
  };
  const kill = async (): Promise<void> => {
    process.kill(pid, 'SIGKILL');
    await until(() => !isRunning(pid), { what: 'the end of RabbitMQ' });
    await broker.end('SIGKILL');
  };
  await start();
  return {
    address: `127.0.0.1:${port}`,
    password,
    manage,
    kill,
    start,
    stop: async () => {
      await kill();
      // The names daemon outlives the server; without names it may be told to end.
      execFileSync(EPMD, ['-port', String(epmdPort), '-kill'], { stdio: 'ignore', env });
      await rm(folder, { recursive: true, force: true });
    },
  };
};
