import { ApplicationFailure } from '@temporalio/common';
import type { Logger as TemporalLogger } from '@temporalio/worker';
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Names under which a value may be a secret; the config itself holds references only. */
const SECRET_NAMES = ['password', 'token', 'apiKey', 'authorization', 'secret'];

/** JSON lines on stdout. A member with a secret's name is never written, at whatever depth of two it stands. */
export const createLogger = (level: string, roles: readonly string[]): Logger =>
  pino({
    level,
    name: 'plumbline-worker',
    base: { pid: process.pid, roles },
    redact: {
      paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '[redacted]',
    },
  });

/** The code of an activity's failure: pino writes the class under `type`, where Temporal has the code. */
const codeOf = (error: unknown): { code?: string } =>
  error instanceof ApplicationFailure && typeof error.type === 'string' ? { code: error.type } : {};

/** Temporal's own messages and those of activities, which carry workflow, run and activity ids. */
export const temporalLogger = (log: Logger): TemporalLogger => {
  const write =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) => {
      // pino writes the stack of an error only under `err`.
      const { error, ...fields } = { error: undefined, ...meta };
      log[level](error === undefined ? fields : { ...fields, ...codeOf(error), err: error }, message);
    };
  const levels = {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  return {
    ...levels,
    log: (level, message, meta) => {
      const known = Object.entries(levels).find(([name]) => name === level.toLowerCase());
      (known?.[1] ?? levels.info)(message, meta);
    },
  };
};
