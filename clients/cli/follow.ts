import { setTimeout as sleep } from 'node:timers/promises';
import { PlumblineError, type RunDetail } from '../../contracts/index.js';
import type { PlumblineClient } from '../sdk/index.js';
import { progressLine } from './format.js';

const POLL_MS = 1500;
/** Without a terminal a line is printed at most this often, so that logs stay readable. */
const PLAIN_LINE_MS = 5000;

const OUTAGE_CODES = new Set(['API_UNREACHABLE', 'TEMPORAL_UNREACHABLE', 'TIMEOUT']);

const describe = (detail: RunDetail): string => {
  const step = detail.status?.step ?? 'starting';
  const active = detail.activities.filter((activity) => activity.progress !== null).at(-1);
  const retry = detail.activities.find((activity) => activity.lastFailure !== null && activity.attempt > 1);
  if (detail.status?.waitingFor) return `${step}: waiting for ${detail.status.waitingFor}`;
  if (active?.progress) return `${step}: ${progressLine(active.progress)}`;
  if (retry) return `${step}: attempt ${retry.attempt} after "${retry.lastFailure}"`;
  return step;
};

interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): boolean;
}

/**
 * Shows a run until it closes: one live line on a terminal, plain lines elsewhere; a finished step leaves a line.
 * Outages of the API or of Temporal are shown and waited out, since the run itself goes on.
 */
export const followRun = async (
  client: PlumblineClient,
  workflowId: string,
  output: Output,
  signal: AbortSignal,
): Promise<RunDetail> => {
  const startedAt = performance.now();
  let step = '';
  let last = '';
  let printedAt = Number.NEGATIVE_INFINITY;
  const clear = output.isTTY ? '\r\x1b[K' : '';
  const show = (line: string): void => {
    if (output.isTTY) output.write(`${clear}${line.slice(0, (output.columns ?? 100) - 1)}`);
    else if (line !== last && performance.now() - printedAt > PLAIN_LINE_MS) {
      output.write(`${line}\n`);
      printedAt = performance.now();
    }
    last = line;
  };
  for (;;) {
    signal.throwIfAborted();
    const detail = await client.run(workflowId).catch((error: unknown) => {
      if (error instanceof PlumblineError && OUTAGE_CODES.has(error.code)) return error;
      throw error;
    });
    if (detail instanceof PlumblineError) {
      show(`${detail.message}; the run goes on, trying again …`);
    } else {
      const now = detail.status?.step ?? '';
      if (now !== step) {
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
        if (step !== '') output.write(`${clear}  ✓ ${step}  (${seconds} s since the start)\n`);
        step = now;
        printedAt = Number.NEGATIVE_INFINITY;
      }
      if (detail.closedAt !== null) {
        output.write(clear);
        return detail;
      }
      show(`  ${describe(detail)}`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
};
