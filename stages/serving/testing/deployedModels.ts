import { type ModelVersion, plumblineError, ServingRecipe, TASK_RULES } from '../../../contracts/index.js';
import { buildModel, readSafetensors } from '../../../nn/index.js';
import { digestOf, sha256Hex } from '../../digest.js';
import { keepOnnxModel } from '../../registry/onnxModel.js';
import { MemoryBlobStore, MemoryObjectStore, memoryStageContext } from '../../testing/index.js';
import { TINY_CONFIG, tinyModel } from '../../training/testing/tinyModel.js';
import type { DeploymentReader } from '../ports.js';

const LABELS = ['ham', 'spam'];

/**
 * A catalog and a blob store with tiny BERT models in ONNX, whose versions differ in their heads. Weights of more than
 * `embeddedBytesMax` bytes lie beside the model.
 */
export const deployedModels = (embeddedBytesMax?: number) => {
  const store = new MemoryObjectStore();
  const blobs = new MemoryBlobStore(store);
  const context = memoryStageContext();
  const manifests = new Map<string, ModelVersion>();
  const targets = new Map<string, Awaited<ReturnType<DeploymentReader['current']>>[number]>();
  let catalogError: Error | null = null;

  const register = async (version: number, overrides: Partial<ModelVersion> = {}): Promise<string> => {
    const files = tinyModel();
    const { task = 'sequence-classification' } = overrides;
    const { head, classesOf } = TASK_RULES[task];
    const weights = readSafetensors(files['model.safetensors']);
    const classifier = buildModel({
      configJson: TINY_CONFIG,
      weights,
      task: head,
      labels: classesOf(task === 'token-classification' ? (overrides.labels ?? LABELS) : LABELS),
      seed: version,
    });
    const manifest: ModelVersion = {
      kind: 'ModelVersion',
      model: 'triage',
      trainingRun: sha256Hex(`training run ${version}`),
      evaluation: sha256Hex(`evaluation ${version}`),
      dataset: sha256Hex('dataset'),
      labels: LABELS,
      maxLength: 16,
      serving: ServingRecipe.parse({}),
      codeVersion: 'test',
      files: {
        ...(await keepOnnxModel({ blobs }, classifier, embeddedBytesMax)),
        'tokenizer.json': await blobs.put(files['tokenizer.json']),
      },
      ...overrides,
    };
    const id = digestOf(manifest);
    manifests.set(id, manifest);
    return id;
  };

  const deployments: DeploymentReader = {
    async current() {
      if (catalogError !== null) throw catalogError;
      return [...targets.values()];
    },
    async manifest(id) {
      const manifest = manifests.get(id);
      if (manifest === undefined) throw plumblineError('MODEL_NOT_FOUND', `no version ${id}`);
      return manifest;
    },
  };

  return {
    /** The stored bytes, for a test to damage. */
    objects: store.objects,
    lines: context.lines,
    register,
    async deploy(version: number, alias = 'production', overrides: Partial<ModelVersion> = {}) {
      const modelVersionId = await register(version, overrides);
      const model = overrides.model ?? 'triage';
      targets.set(`${model}/${alias}`, { model, alias, modelVersionId, version, revision: version });
      return modelVersionId;
    },
    undeploy: (alias = 'production') => void targets.delete(`triage/${alias}`),
    breakCatalog: (error: Error | null) => {
      catalogError = error;
    },
    dependencies: {
      deployments,
      blobs,
      predictions: { insert: async () => undefined },
      log: context.log,
      threads: 1,
      providers: ['cpu'] as const,
    },
  };
};
