// Prints the rows of a dataset version as JSON lines, as bench/trainer.py reads them:
// node bench/rows.mjs DATASET_ID > rows.jsonl   (PLUMBLINE_API_URL and PLUMBLINE_API_KEY name the API)
const [datasetId] = process.argv.slice(2);
const { PLUMBLINE_API_URL: url, PLUMBLINE_API_KEY: key } = process.env;
for (const split of ['train', 'validation', 'test']) {
  const answer = await fetch(`${url}/v1/datasets/${datasetId}/rows?split=${split}&limit=100000`, {
    headers: { authorization: `Bearer ${key}` },
  });
  if (!answer.ok) throw new Error(await answer.text());
  for (const { label, text } of (await answer.json()).rows)
    process.stdout.write(`${JSON.stringify({ split, label, text })}\n`);
}
