import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AliasReader } from '../../stages/monitoring/ports.js';
import type { ArtifactStore } from '../../stages/ports.js';
import type { ModelCatalog } from '../../stages/registry/ports.js';
import type { DeploymentReader } from '../../stages/serving/ports.js';
import { aDeployment, aModelVersion, NOW } from './artifacts.js';
import { codeOf } from './errors.js';

interface Opened {
  readonly artifacts: ArtifactStore;
  readonly catalog: ModelCatalog & AliasReader;
  readonly deployments: DeploymentReader;
  readonly close: () => Promise<void>;
}

/** What every ModelCatalog must do. `open` gives an empty catalog. */
export const modelCatalogSuite = (name: string, open: () => Promise<Opened>): void => {
  describe(`ModelCatalog: ${name}`, () => {
    let opened: Opened;
    let catalog: Opened['catalog'];
    beforeEach(async () => {
      opened = await open();
      catalog = opened.catalog;
    });
    afterEach(() => opened.close());

    const register = async (label: string, model?: string, runId = 'run', attempt = 1) => {
      const key = `register ${label}`;
      const fence = await opened.artifacts.acquireFence(key, { runId, attempt });
      return catalog.register(aModelVersion(label, model), { key, fence, now: NOW });
    };

    it('numbers the versions of each model from 1, and the same manifest keeps its number', async () => {
      const first = await register('a');
      expect(first).toMatchObject({ model: 'spam-triage', version: 1, createdAt: NOW });
      expect(await register('b')).toMatchObject({ version: 2 });
      expect(await register('c', 'other')).toMatchObject({ model: 'other', version: 1 });
      expect(await register('a', undefined, 'run', 2)).toEqual(first);
      expect(await catalog.version(first.modelVersionId)).toEqual(first);
      expect((await catalog.versions()).map(({ model, version }) => `${model} ${version}`)).toEqual([
        'other 1',
        'spam-triage 1',
        'spam-triage 2',
      ]);
      expect(await catalog.versions('other')).toHaveLength(1);
    });

    it('is where a registered version is found as a step and as an artifact', async () => {
      const { modelVersionId } = await register('a');
      expect(await opened.artifacts.findStep('register a')).toBe(modelVersionId);
      expect(await opened.artifacts.get('ModelVersion', modelVersionId)).toEqual(aModelVersion('a'));
      expect(await opened.deployments.manifest(modelVersionId)).toEqual(aModelVersion('a'));
    });

    it('gives no number to a fenced attempt', async () => {
      const fence = await opened.artifacts.acquireFence('k', { runId: 'run', attempt: 1 });
      await opened.artifacts.acquireFence('k', { runId: 'run', attempt: 2 });
      expect(await codeOf(catalog.register(aModelVersion('a'), { key: 'k', fence, now: NOW }))).toBe(
        'ATTEMPT_FENCED',
      );
      expect(await catalog.versions()).toEqual([]);
    });

    it('gives racing registrations of different versions different numbers without gaps', async () => {
      const versions = await Promise.all(Array.from({ length: 10 }, (_, index) => register(`v${index}`)));
      expect(versions.map(({ version }) => version).sort((a, b) => a - b)).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
      ]);
    });

    it('says MODEL_NOT_FOUND of a version that is not registered, or of another model', async () => {
      const id = 'a'.repeat(64);
      expect(await codeOf(catalog.version(id))).toBe('MODEL_NOT_FOUND');
      expect(await codeOf(catalog.deploy(aDeployment(id), 0))).toBe('MODEL_NOT_FOUND');
      const { modelVersionId } = await register('x', 'other');
      expect(await codeOf(catalog.deploy(aDeployment(modelVersionId), 0))).toBe('MODEL_NOT_FOUND');
      expect(await catalog.aliases()).toEqual([]);
    });

    it('moves an alias by compare-and-set and keeps every deployment, newest first', async () => {
      const [one, two] = [await register('a'), await register('b')];
      const first = await catalog.deploy(aDeployment(one.modelVersionId), 0);
      expect(first).toMatchObject({
        modelVersionId: one.modelVersionId,
        version: 1,
        revision: 1,
        updatedAt: NOW,
      });
      const change = aDeployment(two.modelVersionId, { previous: one.modelVersionId, reason: 'better' });
      const second = await catalog.deploy(change, 1);
      expect(second).toMatchObject({ version: 2, revision: 2 });
      expect(await catalog.alias('spam-triage', 'champion')).toEqual(second);
      expect(await catalog.alias('spam-triage', 'challenger')).toBeNull();
      expect(await catalog.aliases('spam-triage')).toEqual([second]);
      expect(await opened.deployments.current()).toMatchObject([{ version: 2, revision: 2 }]);
      const history = await catalog.deployments('spam-triage', 'champion');
      expect(history.map(({ deploymentId, reason }) => [deploymentId, reason])).toEqual([
        [second.deploymentId, 'better'],
        [first.deploymentId, 'first'],
      ]);
    });

    it('answers a repeated deployment as before and changes nothing', async () => {
      const [one, two] = [await register('a'), await register('b')];
      const first = await catalog.deploy(aDeployment(one.modelVersionId), 0);
      expect(await catalog.deploy(aDeployment(one.modelVersionId), 0)).toEqual(first);
      const second = await catalog.deploy(aDeployment(two.modelVersionId), 1);
      expect(await catalog.deploy(aDeployment(one.modelVersionId), 0)).toEqual(first);
      expect(await catalog.alias('spam-triage', 'champion')).toEqual(second);
    });

    it('lets exactly one of many racing changes of the same revision through', async () => {
      const { modelVersionId } = await register('a');
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          catalog.deploy(aDeployment(modelVersionId, { by: `person ${index}` }), 0).then(
            ({ revision }) => revision,
            (thrown: unknown) => codeOf(Promise.reject(thrown)),
          ),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 1)).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'ALIAS_CONFLICT')).toHaveLength(9);
    });
  });
};
