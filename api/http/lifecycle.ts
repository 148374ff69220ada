import type { FastifyBaseLogger } from 'fastify';

/**
 * Closes once, on the first SIGTERM or SIGINT, and then ends the process: with 0 after a clean close, with 1
 * when `close` fails or takes longer than `timeoutMs`, so that an orchestrator never waits for ever.
 */
export const closeOnSignal = ({
  close,
  log,
  timeoutMs = 15_000,
}: {
  close: () => Promise<void>;
  log: FastifyBaseLogger;
  timeoutMs?: number;
}): void => {
  let closing = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing) return;
    closing = true;
    log.info({ signal }, 'closing');
    setTimeout(() => {
      log.error({ timeoutMs }, 'closing took too long');
      process.exit(1);
    }, timeoutMs).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
};
