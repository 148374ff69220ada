import type { TrainingMetric } from '../../contracts/index.js';
import type { Logger } from '../ports.js';
import type { TrainingMetricSink } from './ports.js';

const FLUSH_EVERY_MS = 2_000;
/** A sink that hangs may not hold up the end of a training. */
const CLOSE_MS_MAX = 5_000;

/** Collects the rows of steps and hands them on in batches. Telemetry: its failure never fails a training. */
export class MetricBatches {
  private waiting: TrainingMetric[] = [];
  private sending: Promise<void> = Promise.resolve();
  private warned = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly sink: TrainingMetricSink,
    private readonly log: Logger,
    flushEveryMs: number = FLUSH_EVERY_MS,
  ) {
    this.timer = setInterval(() => this.flush(), flushEveryMs);
    this.timer.unref();
  }

  add(metric: TrainingMetric): void {
    this.waiting.push(metric);
  }

  /** Sends what waits and stops. Never throws. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.flush();
    let limit: NodeJS.Timeout | undefined;
    const expired = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, CLOSE_MS_MAX);
    });
    await Promise.race([this.sending, expired]);
    clearTimeout(limit);
  }

  private flush(): void {
    if (this.waiting.length === 0) return;
    const batch = this.waiting;
    this.waiting = [];
    this.sending = this.sending
      .then(() => this.sink.insert(batch))
      .catch((cause: unknown) => {
        if (this.warned) return;
        this.warned = true;
        this.log.warn(
          { error: String(cause) },
          'training metrics cannot be kept; the training goes on without',
        );
      });
  }
}
