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
