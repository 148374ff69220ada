import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readModelWeights } from '../../../nn/index.js';
import { float32Tensor } from '../../../nn/tensor.js';
import { sha256Hex } from '../../digest.js';
import { MemoryBlobStore, memoryStageContext } from '../../testing/index.js';
import { ggufFile, shardedModel, shardOf } from '../testing/modelFiles.js';
import { type ModelServer, modelServer, serveFiles, serveRepository } from '../testing/modelServer.js';
import { tinyModel } from '../testing/tinyModel.js';
import { withBaseModel } from './load.js';
import type { BaseModelContext } from './source.js';

let root: string;
const servers: ModelServer[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plumbline-formats-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await rm(root, { recursive: true });
});

const context = (hfEndpoint = ''): BaseModelContext => ({
  ...memoryStageContext(),
  blobs: new MemoryBlobStore(),
  secrets: { resolve: () => Promise.reject(new Error('no secret is needed')) },
  cacheDir: join(root, 'cache'),
  hfEndpoint,
});

const load = (model: string, ctx = context(), digest?: string) =>
  withBaseModel(ctx, { model, ...(digest !== undefined && { digest }) }, async (loaded) => ({
    ...loaded,
    tensors: readModelWeights(loaded.weights),
    tokenizer: JSON.parse(Buffer.from(loaded.tokenizerJson).toString()) as Record<string, unknown>,
  }));

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error as { code?: unknown }).code ?? error,
  );

const folderOf = (files: Readonly<Record<string, Uint8Array | string>>, name = 'model'): string => {
  const folder = join(root, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
  return folder;
};

const serve = async (files: Readonly<Record<string, Uint8Array>>) => {
  const server = await modelServer(serveRepository(files));
  servers.push(server);
  return server;
};

const sharded = shardedModel();
const shards = Object.keys(sharded).filter((name) => name.endsWith('.safetensors'));
const INDEX = 'model.safetensors.index.json';
const indexOf = (weightMap: unknown) => Buffer.from(JSON.stringify({ weight_map: weightMap }));
const without = (name: string): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(sharded).filter(([file]) => file !== name));

describe('a base model in shards', () => {
  it('is the same from a folder and from a server, with all of its files in the manifest', async () => {
    const folder = await load(`file:${folderOf(sharded)}`);
    const { url } = await serve(sharded);
    const served = await load('hf:org/sharded', context(url));
    expect({ ...served.model, reference: '' }).toEqual({ ...folder.model, reference: '' });
    expect(Object.keys(folder.model.weights).sort()).toEqual([INDEX, ...shards].sort());
    expect(folder.model.weights[shards[0]!]?.sha256).toBe(sha256Hex(sharded[shards[0]!]!));
    // The number that transformers wrote into the index.
    expect(folder.model).toMatchObject({ architecture: 'gpt2', parameters: 16_344 });
    expect(folder.tensors.get('wte.weight')?.dims).toEqual([61, 24]);
  });

  it('is pinned by one digest, that of what sha256sum prints for the shards', async () => {
    const folder = folderOf(sharded);
    const lines = shards.sort().map((name) => `${sha256Hex(sharded[name]!)}  ${name}\n`);
    expect(await codeOf(load(`file:${folder}`, context(), sha256Hex(lines.join(''))))).toBe('accepted');
    expect(await codeOf(load(`file:${folder}`, context(), sha256Hex('other')))).toBe(
      'BASE_MODEL_DIGEST_MISMATCH',
    );
  });

  const one = float32Tensor([2], Float32Array.of(1, 2));
  it.each<[string, Record<string, Buffer>, string]>([
    ['with a shard missing', without(shards[1]!), 'BASE_MODEL_NOT_FOUND'],
    ['without a tokenizer', without('tokenizer.json'), 'BASE_MODEL_NOT_FOUND'],
    [
      'with a truncated shard',
      { ...sharded, [shards[1]!]: sharded[shards[1]!]!.subarray(0, 900) },
      'WEIGHTS_CORRUPT',
    ],
    [
      'whose index names a file above',
      { ...sharded, [INDEX]: indexOf({ x: '../x.safetensors' }) },
      'WEIGHTS_CORRUPT',
    ],
    [
      'whose index names an absolute file',
      { ...sharded, [INDEX]: indexOf({ x: '/etc/x.safetensors' }) },
      'WEIGHTS_CORRUPT',
    ],
    [
      'whose index names its own config',
      { ...sharded, [INDEX]: indexOf({ x: 'config.json' }) },
      'WEIGHTS_CORRUPT',
    ],
    ['whose index is no JSON', { ...sharded, [INDEX]: Buffer.from('{') }, 'WEIGHTS_CORRUPT'],
    [
      'that has a tensor in two shards',
      {
        ...sharded,
        [INDEX]: indexOf({ a: 'a.safetensors', b: 'b.safetensors' }),
        'a.safetensors': shardOf(new Map([['a', one]])),
        'b.safetensors': shardOf(
          new Map([
            ['a', one],
            ['b', one],
          ]),
        ),
      },
      'WEIGHTS_CORRUPT',
    ],
  ])('%s is refused from a folder and from a server, and kept nowhere', async (_, files, code) => {
    expect(await codeOf(load(`file:${folderOf(files)}`))).toBe(code);
    const { url, requests } = await serve(files);
    expect(await codeOf(load('hf:org/sharded', context(url)))).toBe(code);
    expect(requests.every(({ path }) => path.startsWith('/org/sharded/') || path.startsWith('/api/'))).toBe(
      true,
    );
    expect(await readdir(join(root, 'cache', 'base-models'))).toEqual([]);
  });
});

describe('a base model in a GGUF file', () => {
  it.each(['sentence-piece', 'byte-level'] as const)(
    'brings its own configuration and vocabulary (%s)',
    async (name) => {
      const file = join(folderOf({ 'tiny.gguf': ggufFile(name) }), 'tiny.gguf');
      const { model, config, tensors, tokenizer } = await load(`file:${file}`);
      expect(model).toMatchObject({
        architecture: 'llama',
        weights: { 'tiny.gguf': { sha256: sha256Hex(ggufFile(name)) } },
      });
      expect(config).toMatchObject({ hidden_size: 64, num_key_value_heads: 2 });
      expect(tokenizer).toMatchObject({ model: { type: 'BPE' } });
      const values = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
      expect(model.parameters).toBe(values);
    },
  );

  it('is found as the only one of a folder or a repository, or by its name', async () => {
    const files = { 'README.md': Buffer.from('x'), 'tiny.Q4_0.gguf': ggufFile() };
    const { url, requests } = await serve(files);
    const byFolder = await load(`file:${folderOf(files)}`);
    const byRepository = await load('hf:org/tiny', context(url));
    const byName = await load('hf:org/tiny@main:tiny.Q4_0.gguf', context(url));
    for (const { model } of [byRepository, byName])
      expect({ ...model, reference: '' }).toEqual({ ...byFolder.model, reference: '' });
    expect(requests.map(({ path }) => path)).toContain('/api/models/org/tiny/revision/main');
  });

  it('is taken with the tokenizer.json beside it, and never with another config.json', async () => {
    const files = {
      'tiny.gguf': ggufFile(),
      'tokenizer.json': tinyModel()['tokenizer.json'],
      'config.json': Buffer.from('{"model_type":"llama"}'),
    };
    const { tokenizer, config } = await load(`file:${folderOf(files)}`);
    expect(tokenizer).toMatchObject({ model: { type: 'WordPiece' } });
    expect(config).toMatchObject({ hidden_size: 64 });
    const { url } = await serve(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`q4/${name}`, bytes])),
    );
    const nested = await load('hf:org/tiny:q4/tiny.gguf', context(url));
    expect(nested.tokenizer).toMatchObject({ model: { type: 'WordPiece' } });
    expect(Object.keys(nested.model.weights)).toEqual(['tiny.gguf']);
  });

  it('whose vocabulary has no equivalent says what to add', async () => {
    const unknown = Buffer.from(ggufFile('byte-level'));
    unknown.write('llama-xyz', unknown.indexOf('llama-bpe'));
    const folder = folderOf({ 'tiny.gguf': unknown });
    await expect(load(`file:${folder}`)).rejects.toMatchObject({
      code: 'TOKENIZER_INVALID',
      message: expect.stringMatching(/llama-xyz.*put the model's tokenizer\.json beside/),
    });
    await writeFile(join(folder, 'tokenizer.json'), tinyModel()['tokenizer.json']);
    expect(await codeOf(load(`file:${folder}`))).toBe('accepted');
  });

  it.each<[string, Record<string, Buffer>, string]>([
    ['one of several', { 'a.gguf': ggufFile(), 'b.gguf': ggufFile() }, 'BASE_MODEL_UNSUPPORTED'],
    ['truncated', { 'a.gguf': ggufFile().subarray(0, 50_000) }, 'WEIGHTS_CORRUPT'],
    ['not there', { 'README.md': Buffer.from('x') }, 'BASE_MODEL_NOT_FOUND'],
    [
      'beside a checkpoint without a tokenizer',
      { ...without('tokenizer.json'), 'a.gguf': ggufFile() },
      'BASE_MODEL_NOT_FOUND',
    ],
  ])('is refused when it is %s', async (_, files, code) => {
    expect(await codeOf(load(`file:${folderOf(files)}`))).toBe(code);
    const { url } = await serve(files);
    expect(await codeOf(load('hf:org/tiny', context(url)))).toBe(code);
  });
});

describe('the cache of huggingface_hub', () => {
  const COMMIT = '0123456789abcdef0123456789abcdef01234567';

  /** As huggingface_hub 1.x lays it out: blobs by digest, snapshots of links to them. */
  const hubCache = (files: Readonly<Record<string, Buffer>>): string => {
    const cache = join(root, 'models--org--name');
    const snapshot = join(cache, 'snapshots', COMMIT);
    for (const folder of [join(cache, 'blobs'), join(cache, 'refs'), snapshot])
      mkdirSync(folder, { recursive: true });
    writeFileSync(join(cache, 'refs', 'main'), COMMIT);
    for (const [name, bytes] of Object.entries(files)) {
      writeFileSync(join(cache, 'blobs', sha256Hex(bytes)), bytes);
      symlinkSync(join('..', '..', 'blobs', sha256Hex(bytes)), join(snapshot, name));
    }
    return cache;
  };

  it.each<[string, Record<string, Buffer>]>([
    ['one file', tinyModel()],
    ['shards', sharded],
    ['a GGUF file', { 'tiny.gguf': ggufFile() }],
  ])('is read by the model’s folder or the snapshot’s, with %s', async (_, files) => {
    const cache = hubCache(files);
    const snapshot = join(cache, 'snapshots', COMMIT);
    const [byModel, bySnapshot, plain] = [
      await load(`file:${cache}`),
      await load(`file:${snapshot}`),
      await load(`file:${folderOf(files)}`),
    ];
    for (const { model } of [byModel, bySnapshot])
      expect({ ...model, reference: '' }).toEqual({ ...plain.model, reference: '' });
  });

  it('says which snapshot is meant when there are several', async () => {
    const cache = hubCache(tinyModel());
    await rm(join(cache, 'refs'), { recursive: true });
    expect(await codeOf(load(`file:${cache}`))).toBe('accepted');
    mkdirSync(join(cache, 'snapshots', 'other'));
    expect(await codeOf(load(`file:${cache}`))).toBe('BASE_MODEL_NOT_FOUND');
  });

  it('may not link out of the model’s own part of it', async () => {
    const cache = hubCache(tinyModel());
    const outside = join(root, 'weights');
    writeFileSync(outside, tinyModel()['model.safetensors']);
    const link = join(cache, 'snapshots', COMMIT, 'model.safetensors');
    await rm(link);
    await symlink(outside, link);
    expect(await codeOf(load(`file:${cache}`))).toBe('BASE_MODEL_UNSUPPORTED');
    const folder = folderOf(tinyModel());
    await rm(join(folder, 'tokenizer.json'));
    await symlink(join(root, 'nowhere'), join(folder, 'tokenizer.json'));
    expect(await codeOf(load(`file:${folder}`))).toBe('BASE_MODEL_NOT_FOUND');
    await rm(join(folder, 'model.safetensors'));
    await symlink(outside, join(folder, 'model.safetensors'));
    await rm(join(folder, 'tokenizer.json'));
    await writeFile(join(folder, 'tokenizer.json'), tinyModel()['tokenizer.json']);
    expect(await codeOf(load(`file:${folder}`))).toBe('BASE_MODEL_UNSUPPORTED');
  });

  it('does not matter to a folder whose links stay inside it', async () => {
    const folder = folderOf(tinyModel());
    linkSync(join(folder, 'model.safetensors'), join(folder, 'kept'));
    await rm(join(folder, 'model.safetensors'));
    await symlink('kept', join(folder, 'model.safetensors'));
    expect(await codeOf(load(`file:${folder}`))).toBe('accepted');
  });
});

describe('a server that names digests and commits', () => {
  it('is believed only where the bytes have the digest, and asked for one commit', async () => {
    const commit = 'c'.repeat(40);
    const model = tinyModel();
    let corrupt = 1;
    const answer = serveFiles(model);
    const server = await modelServer((request, response) => {
      response.setHeader('x-repo-commit', commit);
      if (request.url?.endsWith('.safetensors')) {
        response.setHeader('x-linked-etag', `"${sha256Hex(model['model.safetensors'])}"`);
        if (corrupt > 0) {
          corrupt -= 1;
          return void response.writeHead(200).end(Buffer.alloc(model['model.safetensors'].length));
        }
      }
      answer(request, response);
    });
    servers.push(server);
    expect(await codeOf(load('hf:org/tiny', context(server.url)))).toBe('accepted');
    expect(server.requests.map(({ path }) => path.split('/').slice(4).join('/'))).toEqual([
      'main/config.json',
      `${commit}/tokenizer.json`,
      `${commit}/model.safetensors`,
      `${commit}/model.safetensors`,
    ]);
  });
});
