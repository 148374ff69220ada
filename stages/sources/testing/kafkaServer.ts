import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../storage/testing/freePort.js';
import { type BrokerProcess, spawnBroker, untilReady } from './brokerProcess.js';
import { selfSigned } from './selfSigned.js';

const TEMPLATE = fileURLToPath(new URL('../../../infra/setup/kafka/server.properties', import.meta.url));
const PRODUCER = fileURLToPath(new URL('./KafkaProduce.java', import.meta.url));
const SMALL = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** User of the listener with SASL. */
export const KAFKA_USER = 'app-of-plumbline';

/** A real Kafka: one process that is broker and controller. */
export interface TestKafka {
  /** Without credentials. */
  readonly broker: string;
  /** With TLS and SASL: PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly saslBroker: string;
  readonly password: string;
  /** Certificate (PEM) of `saslBroker`, for the name localhost. */
  readonly certificate: string;
  /** Runs a scenario of KafkaProduce.java, with Kafka's own client. */
  produce(scenario: string, topic: string): void;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again over the same log. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const jars = (): string => {
  const cache = process.env['PLUMBLINE_CACHE'] ?? join(homedir(), '.cache', 'plumbline');
  const folder = join(cache, 'kafka', '4.4.0');
  if (!existsSync(folder)) throw new Error(`${folder} is missing: \`npm test\` installs Kafka`);
  return join(folder, '*');
};

/** Starts a Kafka for a test file; call `stop` in afterAll. */
export const startKafka = async (): Promise<TestKafka> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-kafka-'));
  const [port, saslPort, controllerPort] = [await freePort(), await freePort(), await freePort()];
  const password = randomBytes(12).toString('hex');
  const { key, certificate } = selfSigned(folder);
  await writeFile(join(folder, 'keystore.pem'), `${key}${certificate}`);
  const values: Readonly<Record<string, string | number>> = {
    port,
    saslPort,
    controllerPort,
    keystore: join(folder, 'keystore.pem'),
    data: join(folder, 'data'),
    user: KAFKA_USER,
    password,
  };
  const properties = join(folder, 'server.properties');
  const template = await readFile(TEMPLATE, 'utf8');
  await writeFile(
    properties,
    template.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => String(values[name])),
  );
  const java = (...args: string[]): string[] => [...SMALL, '-cp', jars(), ...args];
  const clusterId = randomBytes(16).toString('base64url');
  const scram = ['256', '512'].flatMap((bits) => [
    '--add-scram',
    `SCRAM-SHA-${bits}=[name=${KAFKA_USER},password=${password}]`,
  ]);
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties, ...scram];
  execFileSync('java', java('-Xmx128m', ...format), { stdio: ['ignore', 'ignore', 'pipe'] });
  let broker: BrokerProcess;
  const start = async (): Promise<void> => {
    broker = spawnBroker('java', java('-Xmx512m', 'kafka.Kafka', properties));
    await untilReady(broker, port);
  };
  await start();
  return {
    broker: `127.0.0.1:${port}`,
    saslBroker: `127.0.0.1:${saslPort}`,
    password,
    certificate,
    produce: (scenario, topic) =>
      void execFileSync('java', java('-Xmx256m', PRODUCER, `127.0.0.1:${port}`, scenario, topic), {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      }),
    kill: () => broker.end('SIGKILL'),
    start,
    stop: async () => {
      await broker.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
};
