import type { ErrorCode } from '../../contracts/index.js';

/** What serving tells whoever measures it; the server turns it into Prometheus metrics. */
export interface ServingObserver {
  /** One run of the model: `tokens` without padding, `paddedTokens` with it. */
  ran(run: {
    readonly model: string;
    readonly rows: number;
    readonly tokens: number;
    readonly paddedTokens: number;
    readonly seconds: number;
  }): void;
  /** Texts waiting for a run. */
  queued(model: string, rows: number): void;
  predictionsDropped(rows: number): void;
  predictionsWaiting(rows: number): void;
  loadFailed(model: string, code: ErrorCode): void;
  loaded(model: string, version: number, seconds: number): void;
}

export const silentObserver: ServingObserver = {
  ran: () => undefined,
  queued: () => undefined,
  predictionsDropped: () => undefined,
  predictionsWaiting: () => undefined,
  loadFailed: () => undefined,
  loaded: () => undefined,
};
