// npm packages and the compiled sources: brought up to date only when something changed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, SetupError } from './environment.mjs';

const stampPath = join(root, 'dist', '.built');

const installed = () => {
  const marker = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(marker)) return false;
  const versions = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const wanted = versions(join(root, 'package-lock.json'));
  const present = versions(marker);
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || present[name]?.version === entry.version,
  );
};

export const ensurePackages = (log) => {
  if (installed()) return;
  log('Installing npm packages (about 2 GB on disk; once) …');
  // Not `npm ci`: it refuses a lock file that was written where other platforms' binaries are left out.
  const result = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // The package's install step fetches a GPU build; the CPU runtime is in the package itself.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: process.env.ONNXRUNTIME_NODE_INSTALL ?? 'skip' },
  });
  if (result.status !== 0) throw new SetupError('npm install failed; see the lines above.');
};

const SKIPPED = new Set(['node_modules', 'dist', 'bench', 'docs', 'examples', 'infra']);

const newestSource = (folder, depth = 0) => {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || (depth === 0 && SKIPPED.has(entry.name))) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestSource(path, depth + 1));
    else if (/\.(ts|json)$/.test(entry.name)) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
};

export const ensureBuilt = (log) => {
  if (existsSync(stampPath) && statSync(stampPath).mtimeMs > newestSource(root)) return;
  log('Compiling …');
  const startedAt = new Date();
  const result = spawnSync(process.execPath, [join(root, 'infra', 'build.mjs')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0) throw new SetupError('The build failed; see the lines above.');
  writeFileSync(stampPath, `${startedAt.toISOString()}\n`);
};
