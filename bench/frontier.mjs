// Memory and time of the crawl's frontier with N addresses: `npm run build`, then
// `node --expose-gc bench/frontier.mjs N [N …]`, with FLAT=1 for addresses that all stand in sitemaps.
// The site is a tree whose pages also link to three pages that all link to; a page of 16 turns is saved at a time, as
// the connector does. Each number runs in a process of its own.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const measure = async (count) => {
  const { Frontier } = await import('../dist/stages/sources/crawl/frontier.js');
  const { toRow } = await import('../dist/stages/sources/crawl/runs.js');
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-frontier-'));
  const written = { objects: 0, bytes: 0 };
  const store = {
    put: async (bytes) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await writeFile(join(folder, sha256), bytes);
      written.objects += 1;
      written.bytes += bytes.byteLength;
      return { sha256, bytes: bytes.byteLength };
    },
    get: async ({ sha256 }) => readFile(join(folder, sha256)),
  };
  const flat = process.env.FLAT === '1';
  const url = (node) => `https://www.example.com/section-${node % 97}/article/${node}.html`;
  const limits = { depthMax: 1000, pagesMax: 50_000_000, patternUrlsMax: 50_000_000 };
  const frontier = await Frontier.open(store, limits, null);
  globalThis.gc();
  const atStart = process.memoryUsage();
  const startedMs = performance.now();
  await frontier.begin(
    (async function* () {
      for (let node = 0; node < (flat ? count : 1); node += 1) yield toRow(url(node), 0);
    })(),
  );
  let [turns, heapMax, cursorBytesMax] = [0, 0, 0];
  do {
    for await (const { row } of frontier.turns()) {
      const node = Number(/(\d+)\.html$/.exec(row.url)[1]);
      const links = [
        10 * node + 1,
        10 * node + 2,
        10 * node + 3,
        10 * node + 4,
        10 * node + 5,
        10 * node + 6,
        10 * node + 7,
        10 * node + 8,
        10 * node + 9,
        10 * node + 10,
        1,
        2,
        3,
      ];
      const found = (flat ? [] : links)
        .filter((link) => link < count)
        .map((link) => toRow(url(link), row.depth + 1));
      frontier.take(found, { ...row, etag: `"${row.key}"`, digest: row.key });
      turns += 1;
      if (turns % 16 === 0)
        cursorBytesMax = Math.max(cursorBytesMax, JSON.stringify(await frontier.save()).length);
      if (turns % 20_000 !== 0) continue;
      globalThis.gc();
      heapMax = Math.max(heapMax, process.memoryUsage().heapUsed - atStart.heapUsed);
    }
  } while (await frontier.nextLevel());
  await frontier.finish(true);
  const seconds = (performance.now() - startedMs) / 1000;
  await rm(folder, { recursive: true });
  return {
    addresses: turns,
    seconds: Math.round(seconds),
    liveHeapMaxMB: Math.round(heapMax / 1e5) / 10,
    rssMaxMB: Math.round(process.resourceUsage().maxRSS / 1e3),
    cursorBytesMax,
    objects: written.objects,
    bytesWrittenAnAddress: Math.round(written.bytes / turns),
  };
};

const [first, ...more] = process.argv.slice(2).map(Number);
if (more.length === 0) console.log(JSON.stringify(await measure(first)));
else
  for (const count of [first, ...more]) {
    const { stdout, stderr } = spawnSync(process.execPath, [
      '--expose-gc',
      fileURLToPath(import.meta.url),
      String(count),
    ]);
    process.stdout.write(stdout);
    process.stderr.write(stderr);
  }
