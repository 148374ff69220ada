import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';

/** Files in which a control group of Linux says how much its processes may use, versions 2 and 1, and how much they do. */
const GROUPS = [
  ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory.current'],
  ['/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/memory/memory.usage_in_bytes'],
] as const;

export interface MemorySources {
  readonly readFile: (path: string) => string;
  readonly freeBytes: () => number;
  readonly totalBytes: () => number;
}

const SYSTEM: MemorySources = {
  readFile: (path) => readFileSync(path, 'utf8'),
  freeBytes: freemem,
  totalBytes: totalmem,
};

/**
 * Bytes that a process may still take: what the machine has free, files that it merely keeps in memory counted as
 * free, and no more than the container's limit leaves.
 */
export function availableMemory(sources: MemorySources = SYSTEM): number {
  const reported = /^MemAvailable:\s+(\d+) kB/m.exec(read(sources, '/proc/meminfo') ?? '');
  const machine = reported ? Number(reported[1]) * 1024 : sources.freeBytes();
  const left = GROUPS.map(([limit, used]) => {
    const bytes = Number(read(sources, limit));
    // Without a limit the file says `max`, or a number larger than the machine.
    return bytes > 0 && bytes < sources.totalBytes()
      ? bytes - Number(read(sources, used) ?? 0)
      : Number.POSITIVE_INFINITY;
  });
  return Math.max(0, Math.min(machine, ...left));
}

function read({ readFile }: MemorySources, path: string): string | undefined {
  try {
    return readFile(path);
  } catch {
    return undefined;
  }
}
