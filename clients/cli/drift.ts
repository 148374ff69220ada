import { setTimeout as sleep } from 'node:timers/promises';
import {
  idInstant,
  modelNameOf,
  type Pipeline,
  plumblineError,
  WORKFLOWS,
  type WorkflowOutput,
} from '../../contracts/index.js';
import type { PlumblineClient } from '../sdk/index.js';

export interface DriftExample {
  readonly client: PlumblineClient;
  readonly pipeline: Pipeline;
  readonly datasetId: string;
  readonly inferenceUrl: string;
  readonly windows: number;
  /** `none`: mails as they come; `wave`: nine in ten mails are of the last label, a wave of spam. */
  readonly shift: 'none' | 'wave';
  readonly seed: number;
  readonly say: (line: string) => void;
}

export type WindowResult = WorkflowOutput<'monitorDeployment'>;

const WAVE_SHARE = 0.9;
const BATCH = 16;
const POLL_MS = 300;
/** The prediction log is flushed every second; the check begins when it must be there. */
const LOG_FLUSH_MS = 2500;

/** SplitMix32 (Steele et al. 2014): a seeded source of numbers in [0, 1). */
const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
};

const shuffled = <T>(items: readonly T[], random: () => number): T[] => {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [result[index], result[other]] = [result[other]!, result[index]!];
  }
  return result;
};

/** Draws a window of texts without replacement while there are enough, so that a window is a fair sample. */
const drawWindow = (
  rows: readonly { text: string; label: string }[],
  size: number,
  waveLabel: string | null,
  random: () => number,
): string[] => {
  const draw = (pool: readonly { text: string }[], count: number): string[] => {
    if (pool.length === 0) throw plumblineError('DATASET_INVALID', 'the test split has no row to draw from');
    const texts: string[] = [];
    while (texts.length < count)
      texts.push(
        ...shuffled(pool, random)
          .slice(0, count - texts.length)
          .map((row) => row.text),
      );
    return texts;
  };
  if (waveLabel === null) return draw(rows, size);
  const wave = Math.round(size * WAVE_SHARE);
  return shuffled(
    [
      ...draw(
        rows.filter((row) => row.label === waveLabel),
        wave,
      ),
      ...draw(
        rows.filter((row) => row.label !== waveLabel),
        size - wave,
      ),
    ],
    random,
  );
};

/**
 * Sends windows of held-out mails to the served model and has each window checked, so that drift (or its
 * absence) can be watched. @returns the outcome of each window.
 */
export const runDriftExample = async (example: DriftExample): Promise<readonly WindowResult[]> => {
  const { client, pipeline, say } = example;
  const model = modelNameOf(pipeline);
  const { rows } = await client.datasetTexts(example.datasetId, 'test');
  const random = seededRandom(example.seed);
  const wave = example.shift === 'wave' ? pipeline.labels.at(-1)! : null;
  const results: WindowResult[] = [];
  for (let window = 1; window <= example.windows; window += 1) {
    const texts = drawWindow(rows, pipeline.monitoring.windowRows, wave, random);
    for (let start = 0; start < texts.length; start += BATCH)
      await client.classify(example.inferenceUrl, model, texts.slice(start, start + BATCH));
    await sleep(LOG_FLUSH_MS);
    const { workflowId } = await client.start('monitorDeployment', { pipeline });
    const result = await finished(client, workflowId);
    results.push(result);
    const retrain = result.retrain === null ? '' : ` → started ${result.retrain}`;
    say(
      `window ${window}/${example.windows}: ${result.outcome}, p = ${result.pValue?.toFixed(3) ?? '–'}${result.confirmed ? ', confirmed' : ''}${retrain}`,
    );
  }
  return results;
};

const finished = async (client: PlumblineClient, workflowId: string): Promise<WindowResult> => {
  for (;;) {
    const detail = await client.run(workflowId);
    if (detail.closedAt !== null) {
      if (detail.failure !== null) throw plumblineError('INTERNAL', detail.failure.message);
      return WORKFLOWS.monitorDeployment.output.parse(detail.output);
    }
    await sleep(POLL_MS);
  }
};

/** A seed that differs from call to call. */
export const seedOf = (now: Date): number =>
  [...idInstant(now)].reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7) >>> 0;
