/** Entry of the thread that holds a loaded model: ONNX Runtime computes on the thread that calls it. */
import { parentPort } from 'node:worker_threads';
import { createRunner, inferInOrder, inferTokens, type Runner, softmaxRows } from '../../../nn/index.js';
import {
  type EngineOutput,
  type EngineReport,
  type EngineRequest,
  type ModelHead,
  toFailure,
} from './protocol.js';

if (parentPort === null) throw new Error('thread.js is started by startEngine');
const port = parentPort;

const send = (report: EngineReport, moved: readonly ArrayBuffer[] = []): void =>
  port.postMessage(report, moved);

const inferLabels = async (runner: Runner, sequences: readonly Int32Array[]): Promise<EngineOutput> => {
  const outputs = await inferInOrder(runner, sequences, {
    batchSize: sequences.length,
    outputs: ['logits', 'embedding'],
  });
  const logits = outputs['logits']!;
  return {
    probabilities: softmaxRows(logits, logits.length / sequences.length),
    embeddings: outputs['embedding']!,
  };
};

const inferTags = async (runner: Runner, sequences: readonly Int32Array[]): Promise<EngineOutput> => {
  const rows = await inferTokens(runner, sequences, { batchSize: sequences.length });
  const sizes = rows.map(({ probabilities }) => probabilities.length);
  const hidden = rows[0]?.embedding.length ?? 0;
  const probabilities = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  const embeddings = new Float32Array(rows.length * hidden);
  let at = 0;
  rows.forEach((row, index) => {
    probabilities.set(row.probabilities, at);
    embeddings.set(row.embedding, index * hidden);
    at += row.probabilities.length;
  });
  return { probabilities, embeddings, sizes };
};

const INFER = {
  'sequence-classification': inferLabels,
  'token-classification': inferTags,
} as const satisfies Record<ModelHead, unknown>;

let runner: Runner | null = null;
let infer: (typeof INFER)[ModelHead] = inferLabels;

const handle = async (request: EngineRequest): Promise<void> => {
  if (request.type === 'load') {
    try {
      const { model, head, threads, providers } = request;
      infer = INFER[head];
      runner = await createRunner(model, { threads, providers });
      send({ type: 'loaded', provider: runner.provider });
    } catch (error) {
      send({ type: 'refused', failure: toFailure(error) });
    }
    return;
  }
  const { id, sequences } = request;
  try {
    if (runner === null) throw new Error('a run came before the model was loaded');
    const output = await infer(runner, sequences);
    const moved = [output.probabilities.buffer, output.embeddings.buffer];
    send({ type: 'output', id, output }, moved as ArrayBuffer[]);
  } catch (error) {
    send({ type: 'failure', id, failure: toFailure(error) });
  }
};

port.on('message', (request: EngineRequest) => void handle(request));
