import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LanguageModel, openLanguageModel, type Prompt } from './languageModel.js';
import { writeText } from './writeText.js';
import { type BatchOptions, writeTexts } from './writeTexts.js';

interface Case {
  readonly prompt: Prompt;
  readonly ids: readonly number[];
  readonly settings: { readonly stop_strings?: readonly string[] };
  readonly written: readonly number[];
  readonly text: string;
}

/** Made by makeTexts.py there. */
const goldens = fileURLToPath(new URL('goldens/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-writing-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** transformers leaves the stop string in the text. */
const expectedText = ({ text, settings }: Case) => {
  const [stop] = settings.stop_strings ?? [];
  return stop === undefined ? text : text.slice(0, text.indexOf(stop));
};

describe.each(['text-llama', 'text-t5'])('the model of %s', (name) => {
  const cases = JSON.parse(readFileSync(join(goldens, name, 'texts.json'), 'utf8')) as readonly Case[];
  const plain = cases.filter(({ settings }) => settings.stop_strings === undefined);
  let model: LanguageModel;
  beforeAll(async () => {
    model = await openLanguageModel(join(goldens, name), { threads: 1, seed: 1 });
  });
  afterAll(() => model.dispose());

  it.each(cases)(
    "reads a prompt and writes transformers' text by the folder's own settings: $prompt",
    async (each) => {
      const [ids] = await model.encode([each.prompt]);
      expect([...ids!]).toEqual(each.ids);
      const { decoder, tokenizer, defaults } = model;
      expect(defaults.ignored).toEqual([]);
      const stopStrings = each.settings.stop_strings ?? defaults.stopStrings;
      const pieces = writeText(decoder, ids!, { ...defaults, tokenizer, stopStrings });
      let text = '';
      for await (const piece of pieces) text += piece;
      expect(text).toBe(expectedText(each));
    },
  );

  it.each([1, 2, 8])('writes the same texts %i at a time, in order', async (batchSize) => {
    const { decoder, tokenizer, defaults } = model;
    const prompts = await model.encode(plain.map(({ prompt }) => prompt));
    const finished: number[] = [];
    const texts = await writeTexts(decoder, prompts, {
      ...defaults,
      tokenizer,
      batchSize,
      onText: (index) => finished.push(index),
    });
    expect(texts.map(({ text }) => text)).toEqual(plain.map(({ text }) => text));
    expect(texts.map(({ ids }) => [...ids])).toEqual(plain.map(({ written }) => written));
    expect(finished.sort((a, b) => a - b)).toEqual([...plain.keys()]);
  });
});

describe('a batch of texts', () => {
  let model: LanguageModel;
  let prompts: Int32Array[];
  const strategy = { kind: 'sample', seed: 5, temperature: 2 } as const;
  beforeAll(async () => {
    model = await openLanguageModel(join(goldens, 'text-llama'), { threads: 1, seed: 1 });
    prompts = await model.encode(['The control', 'a', 'keeps every artifact', 'a']);
  });
  afterAll(() => model.dispose());
  const write = (options: Partial<BatchOptions>) =>
    writeTexts(model.decoder, prompts, {
      maxNewTokens: 12,
      strategy,
      tokenizer: model.tokenizer,
      ...options,
    });

  it('draws by the index of the prompt, however many are written at once', async () => {
    const together = await write({});
    expect(together[1]!.text).not.toBe(together[3]!.text);
    expect(await write({ batchSize: 1 })).toEqual(together);
    expect(await write({ batchSize: 3 })).toEqual(together);
  });

  it('ends each text at its own stop string and goes on with the others', async () => {
    const whole = await write({});
    const stop = whole[2]!.text.slice(4, 6);
    const stopped = await write({ stopStrings: [stop] });
    for (const [index, { text, end }] of stopped.entries()) {
      const at = whole[index]!.text.indexOf(stop);
      expect(text).toBe(at < 0 ? whole[index]!.text : whole[index]!.text.slice(0, at));
      expect(end).toBe(at < 0 ? 'length' : 'stop');
    }
  });

  it('is refused of no size', async () => {
    await expect(write({ batchSize: 0 })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('a folder that is no language model', () => {
  const folderWith = (name: string, change: (folder: string) => void) => {
    const folder = join(scratch, name);
    cpSync(join(goldens, 'text-llama'), folder, { recursive: true });
    change(folder);
    return openLanguageModel(folder, { threads: 1, seed: 1 });
  };

  it.each<[string, string, string]>([
    ['config.json', '', 'BASE_MODEL_UNSUPPORTED'],
    ['config.json', '{"architectures": ["Nothing"]}', 'BASE_MODEL_UNSUPPORTED'],
    ['generation_config.json', '[]', 'BASE_MODEL_UNSUPPORTED'],
    ['generation_config.json', '{"top_p": 3, "do_sample": true}', 'BASE_MODEL_UNSUPPORTED'],
    ['tokenizer_config.json', '{"chat_template": 5}', 'BASE_MODEL_UNSUPPORTED'],
    ['chat_template.jinja', '{% if %}', 'TOKENIZER_INVALID'],
    ['tokenizer.json', '{}', 'TOKENIZER_INVALID'],
    ['model.safetensors', 'short', 'WEIGHTS_CORRUPT'],
  ])('is refused: %s holds %j', async (file, content, code) => {
    const opened = folderWith(`${file}-${content.length}`, (folder) => {
      if (file === 'tokenizer_config.json') rmSync(join(folder, 'chat_template.jinja'));
      writeFileSync(join(folder, file), content);
    });
    await expect(opened).rejects.toMatchObject({ code });
  });

  it('answers no conversation without a template', async () => {
    const model = await folderWith('no-template', (folder) => rmSync(join(folder, 'chat_template.jinja')));
    await expect(model.encode([[{ role: 'user', content: 'hello' }]])).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
    await model.dispose();
  });

  it('has its template in tokenizer_config.json in older folders, by name or alone', async () => {
    const template = readFileSync(join(goldens, 'text-llama/chat_template.jinja'), 'utf8');
    const chat = [{ role: 'user', content: 'hello' }];
    const newer = await openLanguageModel(join(goldens, 'text-llama'), { threads: 1, seed: 1 });
    const expected = await newer.encode([chat]);
    for (const [name, chatTemplate] of Object.entries({
      text: template,
      list: [
        { name: 'tools', template: 'other' },
        { name: 'default', template },
      ],
    })) {
      const model = await folderWith(`template-${name}`, (folder) => {
        rmSync(join(folder, 'chat_template.jinja'));
        const settings = { bos_token: { content: '<s>' }, eos_token: '</s>', chat_template: chatTemplate };
        writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(settings));
      });
      expect(await model.encode([chat])).toEqual(expected);
      await model.dispose();
    }
    await newer.dispose();
  });
});
