import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real file system that is soon full: a tmpfs of some MiB. Needs root on Linux. */
export const mountTinyDisk = async (
  mebibytes: number,
): Promise<{ path: string; unmount: () => Promise<void> }> => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('this test mounts a small tmpfs: run it as root on Linux (in CI or a container)');
  const path = await mkdtemp(join(tmpdir(), 'plumbline-tiny-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path]);
  return {
    path,
    unmount: async () => {
      execFileSync('umount', ['-l', path]);
      await rm(path, { recursive: true });
    },
  };
};
