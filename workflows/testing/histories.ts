import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { WorkflowName } from '../../contracts/index.js';
import type { WorkflowBench } from './bench.js';
import { temporalCli } from './temporalCli.js';

const folder = fileURLToPath(new URL('../histories/', import.meta.url));

/** The version under development: its histories are written when they are missing. */
export const currentVersion = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
};

export interface KeptHistory {
  readonly workflow: string;
  readonly version: string;
  /** Proto3 JSON, as `temporal workflow show --output json` prints it. */
  readonly history: unknown;
}

/** Every kept history, `<workflow>@<version>.json`. */
export const keptHistories = (): KeptHistory[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const [workflow = '', version = ''] = basename(file, '.json').split('@');
      const history: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      return { workflow, version, history };
    });

/** Keeps the history of a run for the current version, unless there is one: a kept history never changes. */
export const keepHistory = (bench: WorkflowBench, workflow: WorkflowName, workflowId: string): void => {
  const path = join(folder, `${workflow}@${currentVersion()}.json`);
  if (existsSync(path)) return;
  const options = ['--workflow-id', workflowId, '--output', 'json', '--address', bench.env.address];
  const json = execFileSync(temporalCli(), ['workflow', 'show', ...options], { encoding: 'utf8' });
  mkdirSync(dirname(path), { recursive: true });
  // Who ran it (process and host) is no part of what must replay.
  writeFileSync(path, json.replaceAll(/"identity": "[^"]*"/g, '"identity": "worker"'));
};
