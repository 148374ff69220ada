// Rows of a CSV and a Parquet file into a batch, beside ClickHouse reading the same file into a table:
// npm run build && node bench/ingestion.mjs [ROWS]
// Each stage of ours alone, then the whole collection over a folder and an embedded ClickHouse. Rows are seeded; the file is read
// once before, so that all find it in the page cache.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readConfig } from '../dist/config.js';
import { Pipeline } from '../dist/contracts/index.js';
import { FORMATS } from '../dist/stages/sources/formats/index.js';
import { collectSource } from '../dist/stages/sources/index.js';
import { surveySource } from '../dist/stages/sources/survey.js';
import { openStorage } from '../dist/storage/open.js';

const count = Number(process.argv[2] ?? 20_000);
const PORT = 28_123;
const url = `http://127.0.0.1:${PORT}`;
const folder = await mkdtemp(join(tmpdir(), 'plumbline-ingestion-'));
const input = join(folder, 'input');

/** About 300 characters of words each (mulberry32). */
let state = 7;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
const words = Array.from({ length: 5000 }, () => Math.floor(random() * 36 ** 6).toString(36));
const rows = Array.from({ length: count }, (_, id) => ({
  id,
  text: Array.from({ length: 45 }, () => words[Math.floor(random() * words.length)]).join(' '),
  label: id % 2 === 0 ? 'ham' : 'spam',
}));

const writeInput = async () => {
  await mkdir(input, { recursive: true });
  const csv = createWriteStream(join(input, 'rows.csv'));
  csv.write('id,text,label\n');
  for (const { id, text, label } of rows)
    if (!csv.write(`${id},"${text}",${label}\n`)) await once(csv, 'drain');
  csv.end();
  await once(csv, 'finish');
  const columnData = [
    { name: 'id', data: rows.map(({ id }) => id), type: 'INT32' },
    { name: 'text', data: rows.map(({ text }) => text), type: 'STRING' },
    { name: 'label', data: rows.map(({ label }) => label), type: 'STRING' },
  ];
  await writeFile(
    join(input, 'rows.parquet'),
    Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 10_000 })),
  );
};

const seconds = async (work) => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
};
const tell = (what, took, base) =>
  process.stdout.write(
    `${what.padEnd(44)} ${took.toFixed(2).padStart(7)} s ${Math.round(count / took)
      .toString()
      .padStart(9)} rows/s` + `${base === undefined ? '' : `  ${(took / base).toFixed(1)}x`}\n`,
  );

const ask = async (query) => {
  const answer = await fetch(url, { method: 'POST', body: query });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.text();
};

const peer = async (format) => {
  await ask('DROP TABLE IF EXISTS peer SYNC');
  await ask('CREATE TABLE peer (id Int64, text String, label String) ENGINE = MergeTree ORDER BY id');
  const file = `'${join(input, `rows.${format}`)}', ${format === 'csv' ? 'CSVWithNames' : 'Parquet'}`;
  return seconds(() => ask(`INSERT INTO peer SELECT id, text, label FROM file(${file})`));
};

const context = (storage) => ({
  now: '2026-11-24T10:00:00.000Z',
  runId: 'bench',
  attempt: 1,
  codeVersion: 'bench',
  signal: new AbortController().signal,
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  progress: () => undefined,
  ...storage,
});

const measure = async (format, storage) => {
  const file = join(input, `rows.${format}`);
  await readFile(file);
  process.stdout.write(`\n${format}: ${count} rows, ${((await stat(file)).size / 2 ** 20).toFixed(1)} MiB\n`);
  const base = await peer(format);
  tell('ClickHouse, file() into a table', base);
  const raws = [];
  const reading = await seconds(async () => {
    for await (const record of FORMATS[format](file, { recordBytesMax: 1e7 })) raws.push(record.raw);
  });
  tell('read: parse, canonical JSON, SHA-256', reading, base);
  const pipeline = Pipeline.parse({
    apiVersion: 'plumbline/v1',
    name: `bench-${format}`,
    labels: ['ham', 'spam'],
    sources: [
      {
        name: 'rows',
        connector: 'files',
        root: input,
        include: [`rows.${format}`],
        format,
        label: { from: 'field', field: 'label' },
      },
    ],
    training: { base: { model: 'file:none' } },
  });
  const ctx = context(storage);
  tell(
    'survey (read, label, gather)',
    await seconds(() => surveySource(ctx, pipeline.sources[0], pipeline.labels)),
    base,
  );
  const puts = await seconds(async () => {
    for (let start = 0; start < raws.length; start += 16)
      await Promise.all(
        raws
          .slice(start, start + 16)
          .map((raw) => storage.blobs.put(Buffer.concat([raw, Buffer.from(format)]))),
      );
  });
  tell('blobs, one a row', puts, base);
  const packed = await seconds(() => storage.blobs.put(Buffer.concat([...raws, Buffer.from('packed')])));
  tell('the same bytes as one blob', packed, base);
  tell('collection', await seconds(() => collectSource({ ctx, input: { pipeline, source: 'rows' } })), base);
};

await writeInput();
const listener = spawn(
  process.execPath,
  [
    fileURLToPath(new URL('../dist/storage/clickhouse/listener.js', import.meta.url)),
    '--path',
    join(folder, 'clickhouse'),
    '--port',
    String(PORT),
    '--exit-with-parent',
  ],
  { stdio: 'ignore' },
);
try {
  while (
    !(await fetch(`${url}/ping`).then(
      (answer) => answer.ok,
      () => false,
    ))
  )
    await sleep(50);
  const storage = await openStorage(
    readConfig({
      PLUMBLINE_DATA_DIR: join(folder, 'data'),
      PLUMBLINE_OBJECTS_URL: pathToFileURL(join(folder, 'objects')).href,
      PLUMBLINE_CLICKHOUSE_URL: url,
    }),
  );
  for (const format of ['csv', 'parquet']) await measure(format, storage);
  await storage.close();
} finally {
  listener.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}
