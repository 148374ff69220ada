import { afterEach, describe, expect, it } from '@jest/globals';
import { plumblineError } from '../../contracts/index.js';
import { until } from '../../contracts/testing/until.js';
import { createModelHost, type ModelHost } from './modelHost.js';
import { silentObserver } from './observer.js';
import { deployedModels } from './testing/deployedModels.js';

const POLL_MS = 10;
const versionOf = (host: ModelHost) => host.list()[0]?.served?.version;

const hosts: ModelHost[] = [];
const hostOf = async (world: ReturnType<typeof deployedModels>, options = {}) => {
  const host = createModelHost(world.dependencies, { pollEveryMs: POLL_MS, ...options });
  hosts.push(host);
  await host.start();
  return host;
};
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

describe('the model host', () => {
  it('serves what the catalog names: probabilities over the labels, an embedding, truncated tokens', async () => {
    const world = deployedModels();
    const modelVersionId = await world.deploy(1);
    const host = await hostOf(world);
    expect(host.ready).toBe(true);
    const served = host.find('triage');
    expect(served).toMatchObject({ model: 'triage', version: 1, modelVersionId, labels: ['ham', 'spam'] });
    const [prediction] = await served.classify(['money now '.repeat(50)]);
    expect(prediction!.tokens).toBe(16);
    expect(prediction!.embedding).toHaveLength(16);
    expect(prediction!.probabilities[0]! + prediction!.probabilities[1]!).toBeCloseTo(1, 6);
    expect(served.labels).toContain(prediction!.label);
  }, 30_000);

  it('what a text is batched with changes its scores by no more than float32 rounding', async () => {
    const world = deployedModels();
    await world.deploy(1);
    const served = (await hostOf(world)).find('triage');
    const texts = ['money', 'meeting at noon', 'the agenda now', 'offer prize money now due total invoice'];
    const together = await served.classify(texts);
    for (const [index, text] of texts.entries()) {
      const [alone] = await served.classify([text]);
      expect(alone!.label).toBe(together[index]!.label);
      alone!.probabilities.forEach((p, label) => {
        expect(Math.abs(p - together[index]!.probabilities[label]!)).toBeLessThan(1e-5);
      });
      alone!.embedding.forEach((value, dim) => {
        expect(Math.abs(value - together[index]!.embedding[dim]!)).toBeLessThan(1e-5);
      });
    }
  }, 30_000);

  it('serves a model whose weights lie beside it as it serves one whose weights are inside', async () => {
    const texts = ['money now', 'meeting at noon'];
    const answers = [];
    for (const embeddedBytesMax of [100, 1_000_000]) {
      const world = deployedModels(embeddedBytesMax);
      const manifest = await world.dependencies.deployments.manifest(await world.deploy(1));
      expect('model.onnx_data' in manifest.files).toBe(embeddedBytesMax === 100);
      answers.push(await (await hostOf(world)).find('triage').classify(texts));
    }
    expect(answers[0]).toEqual(answers[1]);
  }, 30_000);

  it('refuses a model whose weights beside it were damaged', async () => {
    const world = deployedModels(100);
    const { files } = await world.dependencies.deployments.manifest(await world.deploy(1));
    const key = [...world.objects.keys()].find((name) => name.endsWith(files['model.onnx_data']!.sha256))!;
    world.objects.get(key)![5000]! ^= 1;
    const host = await hostOf(world);
    expect(host.ready).toBe(false);
    expect(() => host.find('triage')).toThrow();
  }, 30_000);

  it('concurrent requests share runs', async () => {
    const world = deployedModels();
    await world.deploy(1);
    let runs = 0;
    let rows = 0;
    const observer = {
      ...silentObserver,
      ran: (run: { rows: number }) => {
        runs += 1;
        rows += run.rows;
      },
    };
    const served = (await hostOf(world, { observer })).find('triage');
    await Promise.all(Array.from({ length: 32 }, () => served.classify(['money now'])));
    expect(rows).toBe(32);
    expect(runs).toBeLessThan(20);
  }, 30_000);

  it('switches to a new version without failing a request, and frees the old one', async () => {
    const world = deployedModels();
    await world.deploy(1);
    const host = await hostOf(world);
    const versions = new Set<number>();
    let failures = 0;
    let stop = false;
    const caller = (async () => {
      while (!stop) {
        const served = host.find('triage');
        versions.add(served.version);
        await served.classify(['money now']).catch(() => {
          failures += 1;
        });
      }
    })();
    await world.deploy(2);
    await until(() => versions.has(2));
    stop = true;
    await caller;
    expect([failures, [...versions]]).toEqual([0, [1, 2]]);
    await until(() => world.lines.some(({ message }) => message === 'model version freed'));
  }, 30_000);

  it('a version that cannot be loaded leaves the old one serving, and says why', async () => {
    const world = deployedModels();
    await world.deploy(1);
    const host = await hostOf(world);
    await world.deploy(2, 'production', { labels: ['a', 'b', 'c'] });
    await until(() => host.list()[0]?.error !== null);
    expect(versionOf(host)).toBe(1);
    expect(host.list()[0]?.error?.code).toBe('GRAPH_INVALID');
    await expect(host.find('triage').classify(['money'])).resolves.toHaveLength(1);
    await world.deploy(3);
    await until(() => versionOf(host) === 3);
  }, 30_000);

  it('damaged bytes are not served', async () => {
    const world = deployedModels();
    await world.deploy(1);
    for (const [key, bytes] of world.objects)
      if (bytes.length > 5000) world.objects.set(key, bytes.slice(0, -1));
    const host = await hostOf(world);
    expect(host.ready).toBe(false);
    expect(() => host.find('triage')).toThrow(expect.objectContaining({ code: 'MODEL_NOT_READY' }));
    expect(host.list()[0]?.error?.code).toBe('OBJECT_CORRUPT');
  }, 30_000);

  it('a catalog that cannot be read leaves what is served as it is', async () => {
    const world = deployedModels();
    await world.deploy(1);
    const host = await hostOf(world);
    world.breakCatalog(plumblineError('CATALOG_UNAVAILABLE', 'is away'));
    await until(() => host.catalogError !== null);
    await expect(host.find('triage').classify(['money'])).resolves.toHaveLength(1);
    world.breakCatalog(null);
    await until(() => host.catalogError === null);
  }, 30_000);

  it('tells an unknown model from one that is not there yet', async () => {
    const world = deployedModels();
    world.breakCatalog(plumblineError('CATALOG_UNAVAILABLE', 'is away'));
    const host = await hostOf(world);
    expect(() => host.find('triage')).toThrow(expect.objectContaining({ code: 'MODEL_NOT_READY' }));
    world.breakCatalog(null);
    await until(() => host.synced);
    expect(() => host.find('triage')).toThrow(expect.objectContaining({ code: 'MODEL_NOT_FOUND' }));
    expect(host.ready).toBe(true);
  }, 30_000);

  it('finds a version by number and by alias', async () => {
    const world = deployedModels();
    await world.deploy(1);
    await world.deploy(2, 'canary');
    const host = await hostOf(world);
    const found = [undefined, '1', '2', 'canary', 'production'].map(
      (name) => host.find('triage', name).version,
    );
    expect(found).toEqual([1, 1, 2, 2, 1]);
    expect(() => host.find('triage', '9')).toThrow(expect.objectContaining({ code: 'MODEL_NOT_FOUND' }));
    world.undeploy('canary');
    await until(() => host.list().length === 1);
    expect(() => host.find('triage', '2')).toThrow(expect.objectContaining({ code: 'MODEL_NOT_FOUND' }));
  }, 30_000);
});
