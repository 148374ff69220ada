// Collects a source over real storage with the compiled code, and kills itself at the call it was told.
import { readConfig } from '../../../dist/config.js';
import { collectSource } from '../../../dist/stages/sources/index.js';
import { openStorage } from '../../../dist/storage/open.js';

const { pipeline, attempt, kill } = JSON.parse(process.env.COLLECT_TASK);
let calls = 0;

const counted =
  (work) =>
  (...values) => {
    calls += 1;
    if (kill !== null && calls === kill.call)
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), kill.delayMs);
    return work(...values);
  };

/** A port whose every call counts. */
const countCalls = (port) =>
  Object.fromEntries(Object.entries(port).map(([name, work]) => [name, counted(work)]));

const write = (level) => (fields, message) =>
  void process.stderr.write(`${JSON.stringify({ level, ...fields, message })}\n`);

const storage = await openStorage(readConfig());
const ctx = {
  now: '2026-11-24T10:00:00.000Z',
  runId: 'kill-test',
  attempt,
  codeVersion: 'test',
  signal: new AbortController().signal,
  log: { info: write('info'), warn: write('warn'), error: write('error') },
  progress: () => undefined,
  blobs: countCalls(storage.blobs),
  artifacts: countCalls(storage.artifacts),
  heads: countCalls(storage.heads),
  records: countCalls(storage.records),
  secrets: countCalls(storage.secrets),
  folders: storage.folders,
};
let collected;
do {
  collected = await collectSource({ ctx, input: { pipeline, source: pipeline.sources[0].name } });
} while (collected.more === true);
await storage.close();
process.stdout.write(`collected ${collected.batchId}\n`);
