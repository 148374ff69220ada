import { describe, expect, it } from '@jest/globals';
import { float32Data, float32Tensor, type Tensor } from '../tensor.js';
import { writeSafetensors } from '../weights/safetensors.js';
import { createLora, type LoraRequest } from './createLora.js';
import { mergeLora } from './mergeLora.js';
import { readPeftAdapter, writePeftAdapter } from './peftAdapter.js';

const parameters = new Map<string, Tensor>([
  ['bert.embeddings.word_embeddings.weight', float32Tensor([9, 4])],
  ['bert.encoder.layer.0.attention.self.query.weight', float32Tensor([4, 4])],
  ['bert.encoder.layer.0.attention.self.query.bias', float32Tensor([4])],
  ['bert.encoder.layer.0.intermediate.dense.weight', float32Tensor([16, 4], new Float32Array(64).fill(0.5))],
  ['classifier.weight', float32Tensor([3, 4], new Float32Array(12).fill(2))],
  ['classifier.bias', float32Tensor([3])],
]);
const request: LoraRequest = {
  rank: 2,
  alpha: 4,
  targetModules: ['query', 'intermediate.dense'],
  modulesToSave: ['classifier'],
};
const query = 'bert.encoder.layer.0.attention.self.query';
const dense = 'bert.encoder.layer.0.intermediate.dense';

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('createLora', () => {
  it('draws A within the bound of its width, leaves B zero, and copies the saved modules', () => {
    const adapter = createLora(parameters, request, 7);
    expect([...adapter.parameters].map(([name, { dims }]) => [name, dims])).toEqual([
      [`${query}.lora_A.weight`, [2, 4]],
      [`${query}.lora_B.weight`, [4, 2]],
      [`${dense}.lora_A.weight`, [2, 4]],
      [`${dense}.lora_B.weight`, [16, 2]],
      ['classifier.weight', [3, 4]],
      ['classifier.bias', [3]],
    ]);
    const a = float32Data(adapter.parameters.get(`${query}.lora_A.weight`)!);
    expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(0.5);
    expect(new Set(a).size).toBe(8);
    expect(float32Data(adapter.parameters.get(`${dense}.lora_B.weight`)!).every((value) => value === 0)).toBe(
      true,
    );
    float32Data(adapter.parameters.get('classifier.weight')!)[0] = 9;
    expect(parameters.get('classifier.weight')!.data[0]).toBe(2);
  });

  it('is decided by the seed, and changes nothing until it is trained', () => {
    const adapter = createLora(parameters, request, 7);
    expect(createLora(parameters, request, 7)).toEqual(adapter);
    expect(createLora(parameters, request, 8)).not.toEqual(adapter);
    expect(mergeLora(parameters, adapter)).toEqual(parameters);
  });

  it('adapts nothing inside a module that is saved as a whole', () => {
    const adapter = createLora(parameters, { ...request, targetModules: ['query', 'classifier'] }, 7);
    expect([...adapter.parameters.keys()].filter((name) => name.includes('classifier'))).toEqual([
      'classifier.weight',
      'classifier.bias',
    ]);
  });

  it('takes the axes of weights [in, out] the other way round', () => {
    const adapter = createLora(parameters, { ...request, fanInFanOut: true }, 7);
    expect(adapter.parameters.get(`${dense}.lora_A.weight`)!.dims).toEqual([2, 16]);
    expect(adapter.parameters.get(`${dense}.lora_B.weight`)!.dims).toEqual([4, 2]);
  });

  it.each<[Partial<LoraRequest>, RegExp]>([
    [{ rank: 0 }, /rank/],
    [{ rank: 1.5 }, /rank/],
    [{ alpha: Number.NaN }, /alpha/],
    [{ dropout: 0.1 }, /dropout must be 0, not 0.1: training is deterministic/],
    [{ targetModules: [] }, /no target/],
    [{ targetModules: ['query', 'uery'] }, /named uery/],
    [{ modulesToSave: ['score'] }, /named score/],
    [{ targetModules: ['word_embeddings'] }, /look-up table/],
  ])('refuses %j with a reason', (changes, message) => {
    expect(() => createLora(parameters, { ...request, ...changes }, 1)).toThrow(
      refusal('BASE_MODEL_UNSUPPORTED', message),
    );
  });
});

describe('mergeLora', () => {
  it('refuses an adapter of another model', () => {
    const adapter = createLora(parameters, request, 1);
    const without = new Map([...parameters].filter(([name]) => name !== `${query}.weight`));
    const wider = new Map([...parameters, [`${dense}.weight`, float32Tensor([16, 5])]]);
    const otherHead = new Map([...parameters, ['classifier.bias', float32Tensor([2])]]);
    for (const weights of [without, wider, otherHead] as ReadonlyMap<string, Tensor>[]) {
      expect(() => mergeLora(weights, adapter)).toThrow(refusal('SHAPE_MISMATCH', /does not fit the model/));
    }
  });
});

describe("PEFT's adapter folder", () => {
  const adapter = createLora(parameters, request, 1);
  const files = writePeftAdapter(adapter, { baseModel: 'base', task: 'SEQ_CLS' });
  const changed = (fields: object) => ({
    ...files,
    configJson: JSON.stringify({ ...(JSON.parse(files.configJson) as object), ...fields }),
  });
  const withTensors = (tensors: readonly (readonly [string, Tensor])[]) => ({
    ...files,
    weights: writeSafetensors(new Map(tensors), { format: 'pt' }),
  });
  const prefixed = [...adapter.parameters].map(
    ([name, tensor]) => [`base_model.model.${name}`, tensor] as const,
  );

  it('is written in equal bytes each time and read back', () => {
    expect(readPeftAdapter(files)).toEqual(adapter);
    expect(writePeftAdapter(readPeftAdapter(files), { baseModel: 'base', task: 'SEQ_CLS' })).toEqual(files);
  });

  it.each([
    { peft_type: 'IA3' },
    { bias: 'all' },
    { use_dora: true },
    { rank_pattern: { query: 4 } },
    { alpha_pattern: { query: 4 } },
    { layer_replication: [[0, 1]] },
    { target_parameters: ['x'] },
    { r: 0 },
    { r: 1e12 },
    { r: '2' },
    { lora_alpha: null },
    { target_modules: [1] },
    { target_modules: null },
    { modules_to_save: 'classifier' },
    { use_rslora: 1 },
  ])('refuses the setting %j and names it', (fields) => {
    const [field] = Object.keys(fields);
    expect(() => readPeftAdapter(changed(fields))).toThrow(
      expect.objectContaining({
        code: 'BASE_MODEL_UNSUPPORTED',
        details: expect.objectContaining({ field }),
      }),
    );
  });

  it.each<[string, Parameters<typeof readPeftAdapter>[0], string]>([
    ['a config that is not JSON', { ...files, configJson: '{' }, 'WEIGHTS_CORRUPT'],
    ['a config that is a list', { ...files, configJson: '[]' }, 'BASE_MODEL_UNSUPPORTED'],
    ['a cut file', { ...files, weights: files.weights.subarray(0, -1) }, 'WEIGHTS_CORRUPT'],
    ['names without the wrappers', withTensors([...adapter.parameters]), 'WEIGHTS_CORRUPT'],
    ['a factor without the other', withTensors(prefixed.slice(1)), 'WEIGHTS_CORRUPT'],
    ['no factors at all', withTensors(prefixed.slice(4)), 'WEIGHTS_CORRUPT'],
    ['factors of another rank', changed({ r: 3 }), 'WEIGHTS_CORRUPT'],
    [
      'an adapted look-up table',
      withTensors([...prefixed, ['base_model.model.wte.lora_embedding_A', float32Tensor([2, 9])]]),
      'BASE_MODEL_UNSUPPORTED',
    ],
    [
      'a magnitude vector',
      withTensors([...prefixed, ['base_model.model.x.lora_magnitude_vector.weight', float32Tensor([2])]]),
      'BASE_MODEL_UNSUPPORTED',
    ],
  ])('refuses %s', (_, damaged, code) => {
    expect(() => readPeftAdapter(damaged)).toThrow(expect.objectContaining({ code }));
  });
});
