import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { msToNumber } from '@temporalio/common/lib/time.js';
import { QUEUES } from '../temporal.config.js';
import { ACTIVITY_PROFILES, type ActivityName, activityOptions } from './_activities.js';

const names = Object.keys(ACTIVITY_PROFILES) as ActivityName[];

describe('activity options', () => {
  it.each(names)('%s has a bound for one attempt and a longer one for all of them', (name) => {
    const options = activityOptions(name);
    const attempt = msToNumber(options.startToCloseTimeout ?? 0);
    const total = msToNumber(options.scheduleToCloseTimeout ?? 0);
    expect(attempt).toBeGreaterThan(0);
    expect(total).toBeGreaterThan(attempt);
    expect(options.retry).toBeDefined();
    expect(Object.values(QUEUES)).toContain(options.taskQueue);
  });

  it.each(names.filter((name) => ACTIVITY_PROFILES[name] !== 'control'))(
    '%s may take long, so a silent worker is noticed within half a minute',
    (name) => expect(msToNumber(activityOptions(name).heartbeatTimeout ?? 0)).toBe(30_000),
  );

  it('are declared in one place only', () => {
    const folder = new URL('.', import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    const using = files.filter((file) =>
      /\bproxy(Local)?Activities\b/.test(readFileSync(new URL(file, folder), 'utf8')),
    );
    expect(using).toEqual(['_activities.ts']);
  });
});
