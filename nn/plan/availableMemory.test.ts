import { describe, expect, it } from '@jest/globals';
import { availableMemory } from './availableMemory.js';

const GIBIBYTE = 2 ** 30;

const machine = (files: Readonly<Record<string, string>>) => ({
  readFile: (path: string) => {
    const content = files[path];
    if (content === undefined) throw new Error(`no ${path}`);
    return content;
  },
  freeBytes: () => GIBIBYTE,
  totalBytes: () => 8 * GIBIBYTE,
});

const meminfo = { '/proc/meminfo': `MemFree: 1048576 kB\nMemAvailable:    4194304 kB\n` };
const group = (max: string) => ({
  '/sys/fs/cgroup/memory.max': max,
  '/sys/fs/cgroup/memory.current': `${GIBIBYTE}`,
});

describe('availableMemory', () => {
  it.each([
    ['what is free', {}, 1],
    ['with files that are merely cached', meminfo, 4],
    ['what a container has left', { ...meminfo, ...group(`${3 * GIBIBYTE}\n`) }, 2],
    ['of a container without a limit', { ...meminfo, ...group('max\n') }, 4],
    ['nothing in a container past its limit', { ...meminfo, ...group(`${GIBIBYTE / 2}\n`) }, 0],
    [
      'what a container of the first version has left',
      {
        ...meminfo,
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${2 * GIBIBYTE}`,
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${GIBIBYTE}`,
      },
      1,
    ],
    [
      'of one whose limit is larger than the machine',
      { ...meminfo, '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712' },
      4,
    ],
  ])('is %s', (_, files, expected) => {
    expect(availableMemory(machine(files as Record<string, string>))).toBe(expected * GIBIBYTE);
  });

  it('is something on this machine', () => {
    expect(availableMemory()).toBeGreaterThan(0);
  });
});
