import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { pino } from 'pino';
import { createLogger, temporalLogger } from './log.js';

describe('worker logs', () => {
  it('write errors with their stack and keep the ids they are given', () => {
    const lines: string[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString());
        done();
      },
    });
    const log = temporalLogger(pino(sink));
    log.warn('Activity failed', { workflowId: 'train/a', error: new Error('no') });
    const line: unknown = JSON.parse(lines[0] ?? '');
    expect(line).toMatchObject({ msg: 'Activity failed', workflowId: 'train/a', err: { message: 'no' } });
    log.warn('Activity failed', { error: ApplicationFailure.nonRetryable('full', 'DISK_FULL') });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ code: 'DISK_FULL', err: { message: 'full' } });
  });

  it('are made with the level of the configuration', () => {
    expect(createLogger('warn', ['cpu']).level).toBe('warn');
  });
});
