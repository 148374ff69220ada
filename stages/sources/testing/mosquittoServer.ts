import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../storage/testing/freePort.js';
import { type BrokerProcess, spawnBroker, untilReady } from './brokerProcess.js';
import { selfSigned } from './selfSigned.js';

const SERVER = '/usr/sbin/mosquitto';
export const MQTT_USER = 'app-of-plumbline';

/** A real Mosquitto that keeps its sessions on disk. */
export interface TestMosquitto {
  /** host:port with a password, without encryption. */
  readonly address: string;
  /** host:port with a password and TLS. */
  readonly tlsAddress: string;
  readonly password: string;
  /** Certificate (PEM) of `tlsAddress`, for the name localhost. */
  readonly certificate: string;
  /** Ends it after it has written its sessions, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Mosquitto for a test file; call `stop` in afterAll. */
export const startMosquitto = async (): Promise<TestMosquitto> => {
  if (!existsSync(SERVER))
    throw new Error(`${SERVER} is missing: apt-get install -y --no-install-recommends mosquitto`);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-mosquitto-'));
  const file = (name: string): string => join(folder, name);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const password = randomBytes(12).toString('hex');
  execFileSync('mosquitto_passwd', ['-b', '-c', file('passwords'), MQTT_USER, password], { stdio: 'ignore' });
  const { certificate } = selfSigned(folder);
  const config = [
    // Sessions and their messages, as a broker for sensors would be set up.
    'persistence true',
    `persistence_location ${folder}/`,
    'max_queued_messages 0',
    `password_file ${file('passwords')}`,
    'allow_anonymous false',
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `listener ${port} 127.0.0.1`,
    `listener ${tlsPort} 127.0.0.1`,
    `certfile ${file('certificate.pem')}`,
    `keyfile ${file('key.pem')}`,
  ];
  await writeFile(file('mosquitto.conf'), `${config.join('\n')}\n`);
  await chmod(folder, 0o755);
  let broker: BrokerProcess;
  const start = async (): Promise<void> => {
    broker = spawnBroker(SERVER, ['-c', file('mosquitto.conf')]);
    await untilReady(broker, port);
  };
  await start();
  return {
    address: `127.0.0.1:${port}`,
    tlsAddress: `127.0.0.1:${tlsPort}`,
    password,
    certificate,
    restart: async () => {
      await broker.end('SIGTERM');
      await start();
    },
    stop: async () => {
      await broker.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
};
