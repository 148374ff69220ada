// Near-duplicates on a set whose truth is known, beside datasketch and rensa:
// npm run build && PYTHON=python3 node bench/nearDuplicates.mjs CORPUS.jsonl [peers]
// CORPUS.jsonl as nearDuplicatesCorpus.mjs writes it; `peers` also runs nearDuplicates.py over all its settings. The alignment is
// chosen on one half of the families and judged on the other. Pairs of clusters are compared with pairs of families.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { clusterTexts } from '../dist/stages/datasets/nearDuplicates/clusterTexts.js';
import { createPace } from '../dist/stages/pace.js';

const [corpusFile, withPeers] = process.argv.slice(2);
const documents = readFileSync(corpusFile, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const pace = () =>
  createPace(
    { signal: new AbortController().signal, progress: () => undefined },
    { activity: 'bench', unit: 'texts' },
  );

const tally = (keys) => {
  const counts = new Map();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};
const pairs = (counts) => [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);

const run = async (some, recipe) => {
  const texts = { length: some.length, at: (index) => some[index].text };
  const start = performance.now();
  const roots = await clusterTexts(texts, recipe, pace());
  const perSecond = (1000 * some.length) / (performance.now() - start);
  const found = pairs(tally(roots));
  const truth = pairs(tally(some.map(({ family }) => family)));
  const both = pairs(tally(some.map(({ family }, index) => `${family} ${roots[index]}`)));
  return { f1: (2 * both) / (found + truth), precision: both / found, recall: both / truth, perSecond };
};

const show = (name, { f1, precision, recall, perSecond }) =>
  console.log(
    `${name}: F1 ${f1.toFixed(4)} (precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}), ${perSecond.toFixed(0)} documents/s`,
  );

const half = (rest) => documents.filter(({ family }) => family % 2 === rest);
let best = { f1: 0 };
for (const shingleWords of [2, 3])
  for (const permutations of [128, 256])
    for (const alignment of [0.7, 0.75, 0.8, 0.825, 0.85, 0.875]) {
      const recipe = { jaccard: 0.8, shingleWords, permutations, alignment };
      const result = await run(half(0), recipe);
      show(`chosen on: ${shingleWords} words, ${permutations} positions, alignment ${alignment}`, result);
      if (result.f1 > best.f1) best = { ...result, recipe };
    }
console.log(`chosen: ${JSON.stringify(best.recipe)}`);
show('judged on the other half', await run(half(1), best.recipe));
for (let round = 0; round < 3; round += 1) show('all', await run(documents, best.recipe));
for (const jaccard of [0.3, 0.4, 0.5, 0.6])
  show(
    `all, Jaccard ${jaccard} of 2 words`,
    await run(documents, { jaccard, shingleWords: 2, permutations: 128 }),
  );

if (withPeers === 'peers') {
  const script = fileURLToPath(new URL('nearDuplicates.py', import.meta.url));
  const { stdout } = spawnSync(process.env.PYTHON ?? 'python3', [script, corpusFile], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const peers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const name of ['datasketch', 'rensa']) {
    const own = peers.filter((peer) => peer.name === name).sort((a, b) => b.f1 - a.f1);
    const [{ setting, f1, perSecond }] = own;
    console.log(
      `${name}, best of ${own.length} settings (${setting}): F1 ${f1.toFixed(4)}, ${perSecond.toFixed(0)} documents/s`,
    );
  }
}
