/** Entry of the thread that runs a token classifier over many sequences; see `startTokenPrediction`. */
import { parentPort } from 'node:worker_threads';
import { createRunner } from '../exec/createRunner.js';
import { unpackSequences } from '../train/packedSequences.js';
import { toFailure } from '../train/threadProtocol.js';
import { inferTokens } from './inferTokens.js';
import type { TokenJob, TokenReport } from './threadProtocol.js';

if (parentPort === null) throw new Error('thread.js is started by startTokenPrediction');
const port = parentPort;
const cancellation = new AbortController();

port.once('message', (job: TokenJob) => {
  port.on('message', () => cancellation.abort());
  void run(job);
});

async function run(job: TokenJob): Promise<void> {
  try {
    const { model, sequences, batchSize, threads, providers } = job;
    const runner = await createRunner(model, { threads, ...(providers && { providers }) });
    const { signal } = cancellation;
    const scores = await inferTokens(runner, unpackSequences(sequences), { batchSize, signal });
    await runner.dispose();
    send({ type: 'result', scores });
  } catch (error) {
    send({ type: 'failure', failure: toFailure(error) });
  } finally {
    port.close();
  }
}

function send(report: TokenReport): void {
  port.postMessage(report);
}
