import { spawn } from 'node:child_process';
import { Connection } from '@temporalio/client';
import { until } from '../../contracts/testing/until.js';
import { freePort } from '../../storage/testing/freePort.js';
import { temporalCli } from './temporalCli.js';

export interface DevServer {
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Temporal's development server, in memory, on a free port. Waits until it serves, however busy the machine is;
 * the SDK's own test server gives up after five seconds.
 */
export const startDevServer = async (searchAttributes: readonly string[]): Promise<DevServer> => {
  const address = `127.0.0.1:${await freePort()}`;
  const [ip = '', port = ''] = address.split(':');
  const options = ['--ip', ip, '--port', port, '--headless', '--log-level', 'never'];
  const attributes = searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]);
  const server = spawn(temporalCli(), ['server', 'start-dev', ...options, ...attributes], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await until(async () => {
    if (server.exitCode !== null) throw new Error(`The development server ended with ${server.exitCode}.`);
    try {
      const connection = await Connection.connect({ address, connectTimeout: '2 seconds' });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      await connection.close();
      return true;
    } catch {
      // Not up yet: asked again until the test's own time limit.
      return false;
    }
  });
  return {
    address,
    stop: () => {
      server.kill();
      return ended;
    },
  };
};
