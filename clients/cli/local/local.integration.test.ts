import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { loadTokenizer } from '../../../nn/index.js';

/** The built command, as people start it. */
const command = fileURLToPath(new URL('../../../dist/clients/cli/main.js', import.meta.url));
const goldens = fileURLToPath(new URL('../../../nn/', import.meta.url));
const llama = join(goldens, 'generate/goldens/text-llama');
const corpus = join(goldens, 'tokenize/goldens/corpus.txt');
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-local-'));
jest.setTimeout(60_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Case {
  readonly prompt: string;
  readonly settings: object;
  readonly text: string;
}
const cases = (JSON.parse(readFileSync(join(llama, 'texts.json'), 'utf8')) as readonly Case[]).filter(
  ({ prompt, settings }) => typeof prompt === 'string' && Object.keys(settings).length === 0,
);

async function plumbline(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...output };
}

const tokensOf = (folder: string) => loadTokenizer(readFileSync(join(folder, 'tokenizer.json')));

describe('plumbline estimate', () => {
  const bert = join(goldens, 'goldens/bert-sequence-classification');
  const file = join(scratch, 'pipeline.yaml');
  const written = (training: string) =>
    writeFileSync(
      file,
      `apiVersion: plumbline/v1
name: tiny
labels: [a, b, c]
sources: [{ name: texts, connector: files, root: ., include: ['*.eml'], format: eml, label: { from: path, rules: [{ glob: '*', label: a }] } }]
training: { base: { model: 'file:${bert}' }, maxLength: 32, ${training} }
`,
    );
  const found = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await plumbline(['estimate', ...args, '--json']);
    expect(stderr).toBe('');
    return { code, ...(JSON.parse(stdout) as Found) };
  };
  interface Found {
    readonly steps: number;
    readonly fits: boolean;
    readonly tokens: { readonly mean: number; readonly longest: number };
    readonly estimate: { readonly totalBytes: number; readonly flopsPerStep: number };
    readonly savings: readonly { readonly what: string }[];
  }

  it('tells bytes by part, operations, and that a small model fits', async () => {
    written('epochs: 3, batchSize: 8, stepsMin: 1');
    const { code, stdout } = await plumbline(['estimate', file, '--rows', '80']);
    expect(code).toBe(0);
    for (const part of ['weights', 'gradients', 'optimiser state', 'activations', 'runtime'])
      expect(stdout).toMatch(new RegExp(`^${part} +\\d`, 'm'));
    expect(stdout).toMatch(/FLOP a step; .*FLOP in all 30 steps/);
    expect(stdout).toContain('Fits');
  });

  it('says what would fit and leaves with 1 where training does not', async () => {
    written('epochs: 3, batchSize: 256, freeze: none, precision: float16');
    const { estimate } = await found([file]);
    const { code, fits, savings } = await found([file, '--memory', String(estimate.totalBytes - 1)]);
    expect({ code, fits }).toEqual({ code: 1, fits: false });
    expect(savings.map(({ what }) => what)).toContain('precision: float32');
    const { stdout } = await plumbline(['estimate', file, '--memory', '1000']);
    expect(stdout).toMatch(/DOES NOT FIT.*smaller base model or a larger machine/);
  });

  it('counts the tokens of texts, which packing lays together', async () => {
    const texts = join(scratch, 'texts.txt');
    writeFileSync(
      texts,
      ['short', 'word '.repeat(60), ...Array.from({ length: 30 }, () => 'two words')].join('\n'),
    );
    const args = [file, '--model', llama, '--texts', texts];
    written('packing: true, batchSize: 8');
    const packed = await found(args);
    written('batchSize: 8');
    const padded = await found(args);
    const tokenizer = await tokensOf(llama);
    const encoded = await tokenizer.encodeBatch(['two words'], { maxLength: 32 });
    expect(packed.tokens).toEqual(padded.tokens);
    expect(packed.tokens.longest).toBe(32);
    expect(packed.tokens.mean).toBeGreaterThanOrEqual(encoded[0]!.ids.length);
    expect(packed.tokens.mean).toBeLessThan(16);
    expect(packed.estimate.totalBytes).toBeLessThan(padded.estimate.totalBytes);
    expect(packed.steps).toBe(60);
  });

  it.each<[string, readonly string[], string]>([
    ['no model', [], 'REQUEST_INVALID'],
    ['a folder without config.json', ['--model', join(scratch, 'nowhere')], 'OBJECT_NOT_FOUND'],
    ['several steps a run with Adafactor', ['adafactor'], 'REQUEST_INVALID'],
    ['half a row', ['--model', bert, '--rows', '0.5'], 'REQUEST_INVALID'],
  ])('refuses %s', async (_, args, code) => {
    written('optimizer: adafactor');
    const given = args[0] === 'adafactor' ? [file, '--steps-per-run', '4'] : args;
    const refused = await plumbline(['estimate', ...given]);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(code) });
  });
});

describe('plumbline generate', () => {
  const [first] = cases;

  it("writes transformers' texts, several in order as lines of JSON", async () => {
    const prompts = cases.flatMap(({ prompt }) => ['--prompt', prompt]);
    const { code, stdout, stderr } = await plumbline(['generate', llama, ...prompts, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Case);
    expect(lines).toMatchObject(cases.map(({ prompt, text }) => ({ prompt, text })));
  });

  it('reads a prompt from stdin and shows the text while it comes', async () => {
    const { code, stdout } = await plumbline(['generate', llama, '--prompt', '-', '--stream'], first!.prompt);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${first!.text}\n` });
  });

  it('does as it is asked rather than as the folder says', async () => {
    const stop = first!.text.slice(2, 4);
    const asked = ['--max-new-tokens', '3', '--temperature', '1.5', '--seed', '4', '--json'];
    const sampled = await plumbline(['generate', llama, '--prompt', first!.prompt, ...asked]);
    expect(JSON.parse(sampled.stdout)).toMatchObject({ tokens: 3, end: 'length' });
    const stopped = await plumbline(['generate', llama, '--prompt', first!.prompt, '--stop', stop, '--json']);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ end: 'stop', text: first!.text.split(stop)[0] });
    const chat = await plumbline(['generate', llama, '--prompt', 'hello', '--chat', '--max-new-tokens', '2']);
    expect(chat.code).toBe(0);
  });

  it.each<[string, readonly string[], string]>([
    ['no prompt', [], 'REQUEST_INVALID'],
    ['two streams', ['--prompt', 'a', '--prompt', 'b', '--stream'], 'REQUEST_INVALID'],
    ['two ways of choosing', ['--prompt', 'a', '--greedy', '--top-k', '3'], 'REQUEST_INVALID'],
    ['a share above 1', ['--prompt', 'a', '--top-p', '1.5'], 'REQUEST_INVALID'],
    ['half a token', ['--prompt', 'a', '--max-new-tokens', '0.5'], 'REQUEST_INVALID'],
    ['a system message without chat', ['--prompt', 'a', '--system', 'b'], 'REQUEST_INVALID'],
    ['a prompt that is too long', ['--prompt', 'word '.repeat(400)], 'REQUEST_INVALID'],
  ])('refuses %s', async (_, args, code) => {
    const refused = await plumbline(['generate', llama, ...args]);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(code) });
  });

  it('refuses a folder without a model', async () => {
    const refused = await plumbline(['generate', scratch, '--prompt', 'a']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('OBJECT_NOT_FOUND') });
  });
});

describe('plumbline tokenizer train', () => {
  it.each(['wordpiece', 'bpe'])('makes a %s tokenizer that reads its corpus back', async (kind) => {
    const out = join(scratch, `trained-${kind}`);
    const args = ['tokenizer', 'train', corpus, '--size', '2500', '--kind', kind, '--out', out];
    const { code, stdout } = await plumbline(args);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(kind) });
    const tokenizer = await tokensOf(out);
    const [encoded] = await tokenizer.encodeBatch(['the control worker'], { maxLength: 99 });
    expect(encoded!.ids).toHaveLength(5);
    const decoded = await tokenizer.decodeBatch([encoded!.ids], { specialTokens: 'left-out' });
    expect(decoded).toEqual(['the control worker']);
    expect(existsSync(join(out, 'tokenizer_config.json'))).toBe(true);
  });

  it('reads records of a folder by their field and finds words in Chinese', async () => {
    const folder = join(scratch, 'records', 'deep');
    const out = join(scratch, 'chinese');
    mkdirSync(folder, { recursive: true });
    const line = JSON.stringify({ body: '数据结构与算法' });
    writeFileSync(join(folder, 'a.jsonl'), `${line}\n\n${line}\n`);
    const args = ['tokenizer', 'train', join(scratch, 'records'), '--size', '400', '--kind', 'bpe'];
    const { code } = await plumbline([...args, '--field', 'body', '--segment', '--out', out]);
    expect(code).toBe(0);
    const [encoded] = await (await tokensOf(out)).encodeBatch(['数据结构'], { maxLength: 99 });
    expect(encoded!.ids).toHaveLength(3);
    const refused = await plumbline([...args, '--out', join(scratch, 'none')]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/REQUEST_INVALID: .*a.jsonl:1 /),
    });
  });

  it.each<[string, readonly string[], string]>([
    ['no corpus', [join(scratch, 'missing'), '--size', '900'], 'OBJECT_NOT_FOUND'],
    ['a folder without texts', [goldens.concat('optim'), '--size', '900'], 'OBJECT_NOT_FOUND'],
    ['too few tokens', [corpus, '--size', '20'], 'SHAPE_MISMATCH'],
    ['no number', [corpus, '--size', 'many'], 'REQUEST_INVALID'],
  ])('refuses %s', async (_, args, code) => {
    const refused = await plumbline(['tokenizer', 'train', ...args, '--out', join(scratch, 'none')]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(code) });
    expect(existsSync(join(scratch, 'none'))).toBe(false);
  });
});

describe('plumbline tokenizer grow', () => {
  const base = join(scratch, 'base');
  const texts = join(scratch, 'domain.txt');
  writeFileSync(texts, 'Biome kubernetes; kubernetes\nkubernetes operator, kubernetes!\nkubernetes\n');

  it('gives a model the words of a domain, and it still writes', async () => {
    const model = join(goldens, 'generate/goldens/text-t5');
    const out = join(scratch, 'grown-t5');
    const { code, stdout } = await plumbline(['tokenizer', 'grow', model, texts, '--add', '5', '--out', out]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('kubernetes') });
    const [before, after] = [await tokensOf(model), await tokensOf(out)];
    expect(after.vocabularySize).toBe(before.vocabularySize + 1);
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')) as { vocab_size: number };
    expect(config.vocab_size).toBe(after.vocabularySize);
    const written = await plumbline(['generate', out, '--prompt', 'kubernetes', '--max-new-tokens', '4']);
    expect(written.code).toBe(0);
  });

  it('grows a tokenizer alone', async () => {
    cpSync(join(goldens, 'tokenize/goldens/wordpiece'), base, { recursive: true });
    const out = join(scratch, 'grown');
    expect((await plumbline(['tokenizer', 'grow', base, texts, '--add', '1', '--out', out])).code).toBe(0);
    expect((await tokensOf(out)).idOf('kubernetes')).toBeDefined();
  });

  it('writes nothing where no word would save tokens', async () => {
    const out = join(scratch, 'not-grown');
    const refused = await plumbline(['tokenizer', 'grow', llama, texts, '--add', '3', '--out', out]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('REQUEST_INVALID') });
    expect(existsSync(out)).toBe(false);
  });
});

describe('the local commands', () => {
  it.each([
    [
      ['tokenizer', '--help'],
      ['train', 'grow'],
    ],
    [
      ['tokenizer', 'train', '--help'],
      ['--size', '--kind', '--segment', 'CORPUS'],
    ],
    [
      ['generate', '--help'],
      ['--prompt', '--chat', '--stream', 'generation_config.json'],
    ],
  ])('explain themselves: %j', async (args, names) => {
    const { code, stdout } = await plumbline(args);
    expect(code).toBe(0);
    for (const name of names) expect(stdout).toContain(name);
  });
});
