// A set of near-duplicates whose truth is known: node bench/nearDuplicatesCorpus.mjs ROWS.jsonl [texts] > corpus.jsonl
// ROWS.jsonl as bench/rows.mjs writes it. Draws that many texts, copies each one to three times and edits 1 to 20 % of a
// copy's words: replaced by, deleted, or followed by a word of the set, one third each. A line is { family, text }.
import { readFileSync } from 'node:fs';

const [rowsFile, count = '2000'] = process.argv.slice(2);

/** Mulberry32: the same corpus on every machine. */
let state = 20_260_101;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let value = Math.imul(state ^ (state >>> 15), 1 | state);
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
};
const below = (limit) => Math.floor(random() * limit);

const texts = readFileSync(rowsFile, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line).text)
  .sort((a, b) => (a < b ? -1 : 1));
for (let at = 0; at < Number(count); at += 1) {
  const other = at + below(texts.length - at);
  [texts[at], texts[other]] = [texts[other], texts[at]];
}
const chosen = texts.slice(0, Number(count));
const vocabulary = chosen.flatMap((text) => text.match(/\S+/g) ?? []);

const edited = (text) => {
  const share = 0.01 + 0.19 * random();
  return (text.match(/\S+\s*/g) ?? [])
    .map((word) => {
      if (random() >= share) return word;
      const other = `${vocabulary[below(vocabulary.length)]} `;
      return [other, '', `${word} ${other}`][below(3)];
    })
    .join('');
};

const documents = chosen.flatMap((text, family) => [
  { family, text },
  ...Array.from({ length: 1 + below(3) }, () => ({ family, text: edited(text) })),
]);
for (let at = documents.length - 1; at > 0; at -= 1) {
  const other = below(at + 1);
  [documents[at], documents[other]] = [documents[other], documents[at]];
}
for (const document of documents) process.stdout.write(`${JSON.stringify(document)}\n`);
