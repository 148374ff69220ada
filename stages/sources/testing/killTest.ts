import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { readConfig } from '../../../config.js';
import { openStorage, type Storage } from '../../../storage/open.js';
import { startClickHouse } from '../../../storage/testing/clickhouse.js';
import { readChains } from '../../chain.js';
import { canaryIn } from './canary.js';
import { type ConnectorPlace, pipelineOf } from './place.js';

const CHILD = fileURLToPath(new URL('./collectUntilKilled.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../../dist/stages/sources/index.js', import.meta.url));

const KILLS_MIN = 8;
const PROCESSES_MAX = 40;
const BATCH_RECORDS = 20;
const FIRST_RECORDS = 90;
const FURTHER_RECORDS = 15;
/** Calls of the collection's ports until the process dies, at most: a batch of twenty has about 25. */
const CALLS_MAX = 70;
/** From the call to the kill, so that calls also die half-way. */
const DELAY_MS_MAX = 20;

interface Killing {
  readonly place: ConnectorPlace;
  readonly secrets: Readonly<Record<string, string>>;
  readonly numberOf: (raw: Uint8Array) => number;
}

interface Outcome {
  readonly killed: boolean;
  readonly said: string;
  /** Null when it was killed. */
  readonly batchId: string | null;
}

/** Collects in a process of its own, which kills itself at the given call. */
const collectInChild = async (
  environment: Readonly<Record<string, string>>,
  task: Readonly<Record<string, unknown>>,
): Promise<Outcome> => {
  const child = spawn(process.execPath, ['--no-warnings', CHILD], {
    env: { ...process.env, ...environment, COLLECT_TASK: JSON.stringify(task) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return { killed: true, said, batchId: null };
  const batchId = /^collected ([0-9a-f]{64})$/m.exec(said)?.[1];
  if (code !== 0 || batchId === undefined)
    throw new Error(`the collecting process failed (${code}): ${said}`);
  return { killed: false, said, batchId };
};

/** Every file that the collection has written, for the search of secrets. */
const writtenFiles = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('.unfinished'));
  return Promise.all(
    files.map(async (file) => (await readFile(join(file.parentPath, file.name))).toString('latin1')),
  );
};

/** The numbers of all records of the chain that ends with the batch, those of doubled ones twice. */
const numbersOf = async (
  storage: Storage,
  batchId: string,
  numberOf: Killing['numberOf'],
): Promise<number[]> => {
  const numbers: number[] = [];
  for (const { id, batch } of await readChains(storage.artifacts, [batchId])) {
    const rows = await storage.records.readBatch(id);
    expect(rows).toHaveLength(batch.records);
    for (const { recordId } of rows) numbers.push(numberOf(await storage.blobs.get({ sha256: recordId })));
  }
  return numbers.sort((a, b) => a - b);
};

/**
 * Kills collecting processes over real storage at random calls, while records go on being added, until all is
 * collected; then the chain must hold every record once.
 */
export const killTest = async ({ place, secrets, numberOf }: Killing): Promise<void> => {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is missing: run \`npm run build\` first`);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-kill-'));
  const clickhouse = await startClickHouse();
  const environment = {
    ...Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name.replace(/^env:/, ''), value])),
    PLUMBLINE_DATA_DIR: folder,
    PLUMBLINE_CLICKHOUSE_URL: clickhouse.url,
  };
  const storage = await openStorage(readConfig(environment));
  try {
    const pipeline = pipelineOf({ ...place.source, batchRecordsMax: BATCH_RECORDS });
    let added = 0;
    const add = async (count: number): Promise<void> => {
      await place.add(Array.from({ length: count }, (_, index) => added + index));
      added += count;
    };
    await add(FIRST_RECORDS);
    const points: string[] = [];
    let said = '';
    let kills = 0;
    for (let attempt = 1; ; attempt += 1) {
      expect(attempt).toBeLessThanOrEqual(PROCESSES_MAX);
      const call = 1 + Math.floor(Math.random() * CALLS_MAX);
      const delayMs = Math.floor(Math.random() * DELAY_MS_MAX);
      const kill = kills < KILLS_MIN ? { call, delayMs } : null;
      const outcome = await collectInChild(environment, { pipeline, attempt, kill });
      said += outcome.said;
      if (outcome.killed) {
        kills += 1;
        points.push(`${call}+${delayMs}ms`);
      } else if (kills >= KILLS_MIN) {
        const numbers = await numbersOf(storage, outcome.batchId!, numberOf);
        const expected = Array.from({ length: added }, (_, index) => index);
        // The points stand beside the numbers so that a failure tells them.
        expect({ points, numbers }).toEqual({ points, numbers: expected });
        break;
      }
      if (!outcome.killed || kills % 3 === 0) await add(FURTHER_RECORDS);
    }
    expect(canaryIn(said, secrets)).toBeNull();
    for (const text of await writtenFiles(folder)) expect(canaryIn(text, secrets)).toBeNull();
  } finally {
    await storage.close();
    await clickhouse.stop();
    await rm(folder, { recursive: true, force: true });
  }
};
