// Greedy generation beside transformers', same model and prompts, both with a cache:
// npm run build && PYTHON=python3 node bench/generate.mjs [SHAPE] [prompt] [tokens] [threads] [rounds]
// SHAPE is llama-100m (a random model of 100 M parameters) or llama-tiny. PYTHON has torch and transformers. The tokens
// must be equal first. Then the two take turns, so that what else the machine does hits both. Prints, never judges.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildModel, createDecoder, readSafetensors, writeTokens } from '../dist/nn/index.js';

const [shape = 'llama-100m', prompt = '128', tokens = '128', threads = '2', rounds = '5'] =
  process.argv.slice(2);
const BATCHES = [1, 8];
const python = process.env.PYTHON ?? 'python3';
const peerScript = fileURLToPath(new URL('generate.py', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
const folder = join(scratch, 'model');
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const made = spawnSync(python, [peerScript, 'make', shape, folder], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (made.status !== 0) process.exit(1);
const model = buildModel({
  configJson: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
  weights: readSafetensors(readFileSync(join(folder, 'model.safetensors'))),
  task: 'causal-lm',
  seed: 1,
});
const { vocabularySize } = model.config;
const prompts = Array.from({ length: Math.max(...BATCHES) }, (_, row) =>
  Int32Array.from(
    { length: Number(prompt) },
    (_, at) => 3 + ((row * 131 + at * 7919) % (vocabularySize - 3)),
  ),
);
const promptsFile = join(scratch, 'prompts.json');
writeFileSync(promptsFile, JSON.stringify(prompts.map((ids) => [...ids])));

const decoder = await createDecoder(model, { threads: Number(threads) });
const write = async (rows) => {
  const written = Array.from({ length: rows }, () => []);
  const start = performance.now();
  for await (const step of writeTokens(decoder, prompts.slice(0, rows), { maxNewTokens: Number(tokens) }))
    for (const { row, id } of step) written[row].push(id);
  return { ms: performance.now() - start, tokens: written };
};

const peer = spawn(python, [peerScript, folder, promptsFile, threads], {
  stdio: ['pipe', 'pipe', 'inherit'],
  env: { ...process.env, TRANSFORMERS_VERBOSITY: 'error' },
});
const answers = createInterface({ input: peer.stdout });
const next = async () => (await once(answers, 'line'))[0];
await next();
const ask = async (rows) => {
  const answer = next();
  peer.stdin.write(`write ${rows} ${tokens}\n`);
  return JSON.parse(await answer);
};

console.log(`${shape}, prompt ${prompt}, ${tokens} new tokens, ${threads} threads, best of ${rounds} rounds`);
for (const rows of BATCHES) {
  const [ours, theirs] = [await write(rows), await ask(rows)];
  const differs = ours.tokens.findIndex((ids, row) => ids.some((id, at) => id !== theirs.tokens[row][at]));
  if (differs >= 0) {
    console.error(`batch ${rows}: row ${differs} differs from transformers'; not timed`);
    process.exitCode = 1;
    continue;
  }
  const times = { ours: [], theirs: [] };
  for (let round = 0; round < Number(rounds); round += 1) {
    times.ours.push((await write(rows)).ms);
    times.theirs.push((await ask(rows)).ms);
  }
  const rate = (list) => (rows * Number(tokens) * 1000) / Math.min(...list);
  const [own, other] = [rate(times.ours), rate(times.theirs)];
  console.log(
    `batch ${rows}: tokens equal; plumbline ${own.toFixed(1)} tokens/s, transformers ${other.toFixed(1)} tokens/s, ` +
      `${(own / other).toFixed(2)}x`,
  );
}
peer.stdin.end();
await decoder.dispose();
