import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './freePort.js';
import { startServer } from './server.js';
import { setUp } from './setUp.js';

const LAUNCHER = fileURLToPath(new URL('../../infra/setup/hadoop/MiniHdfs.java', import.meta.url));

export interface TestHdfs {
  /** `webhdfs://…` of an empty folder. */
  folder(): string;
  stop(): Promise<void>;
}

/** A name node and a data node over a folder of their own. */
export const startHdfs = async (): Promise<TestHdfs> => {
  const jars = setUp('hadoop.mjs');
  const path = await mkdtemp(join(tmpdir(), 'plumbline-hdfs-'));
  const [namePort, httpPort] = [await freePort(), await freePort()];
  const server = await startServer(
    'java',
    [
      '-Xmx512m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      `${jars}/*`,
      LAUNCHER,
      path,
      String(namePort),
      String(httpPort),
    ],
    {},
    (said) => /^ready$/m.test(said),
  );
  let folders = 0;
  return {
    folder: () => {
      folders += 1;
      return `webhdfs://plumbline@127.0.0.1:${httpPort}/test-${folders}`;
    },
    stop: async () => {
      await server.stop();
      await rm(path, { recursive: true, force: true });
    },
  };
};
