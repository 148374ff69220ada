import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../autodiff/differentiate.js';
import { createRunner } from '../exec/createRunner.js';
import { int } from '../graph/attributes.js';
import { encodeModel } from '../graph/encode.js';
import { buildModel, exportOnnx, taskOf } from '../models/buildModel.js';
import { buildTrainingGraph } from '../models/training.js';
import { gradientName, type Model } from '../models/types.js';
import { GraphBuilder } from '../ops/builder.js';
import type { LinearHook } from '../ops/rule.js';
import { float32Data, type Tensor } from '../tensor.js';
import { readSafetensors } from '../weights/safetensors.js';
import { loraHook } from './loraLinear.js';
import { mergeLora } from './mergeLora.js';
import { readPeftAdapter, writePeftAdapter } from './peftAdapter.js';
import type { LoraAdapter } from './types.js';

const url = (path: string) => new URL(`goldens/${path}`, import.meta.url);
const saved = (name: string) =>
  readPeftAdapter({
    configJson: readFileSync(url(`${name}/adapter_config.json`), 'utf8'),
    weights: readFileSync(url(`${name}/adapter_model.safetensors`)),
  });
const caseOf = (name: string) => readSafetensors(readFileSync(url(`${name}/case.safetensors`)));
const group = (tensors: ReadonlyMap<string, Tensor>, prefix: string) =>
  new Map(
    [...tensors].flatMap(([key, tensor]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), tensor]] : [],
    ),
  );

/** Largest difference relative to the reference's largest value. */
function relativeError(actual: Tensor, expected: Tensor): number {
  const [a, e] = [float32Data(actual), float32Data(expected)];
  const scale = e.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return e.reduce((most, value, at) => Math.max(most, Math.abs(value - a[at]!)), 0) / scale;
}

const ADAPTERS = readdirSync(url('.'), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe.each(ADAPTERS)('the adapter %s that PEFT saved', (name) => {
  it('merges into the weights that PEFT merges', () => {
    const reference = caseOf(name);
    const [base, expected] = [group(reference, 'base/'), group(reference, 'merged/')];
    const merged = mergeLora(base, saved(name));
    expect([...merged.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [parameter, tensor] of expected) {
      expect([parameter, merged.get(parameter)!.dims]).toEqual([parameter, tensor.dims]);
      expect(relativeError(merged.get(parameter)!, tensor)).toBeLessThan(1e-6);
    }
  });

  it('is the same adapter when written and read again', () => {
    const adapter = saved(name);
    const files = writePeftAdapter(adapter, { baseModel: 'base', task: null });
    expect(readPeftAdapter(files)).toEqual(adapter);
  });
});

/** The golden model that an adapter is for. */
function modelOf(name: string, adapter?: LoraAdapter): Model {
  const { base_model_name_or_path: base } = JSON.parse(
    readFileSync(url(`${name}/adapter_config.json`), 'utf8'),
  ) as { base_model_name_or_path: string };
  const read = (file: string) => readFileSync(new URL(`../goldens/${base}/${file}`, import.meta.url));
  const configJson = JSON.parse(read('config.json').toString()) as unknown;
  const weights = readSafetensors(read('model.safetensors'));
  return buildModel({
    configJson,
    weights: adapter ? mergeLora(weights, adapter) : weights,
    task: taskOf(configJson),
    seed: 0,
  });
}

describe.each(ADAPTERS)('the model of %s', (name) => {
  it("gives PEFT's logits once merged", async () => {
    const model = modelOf(name, saved(name));
    const reference = caseOf(name);
    const runner = await createRunner(exportOnnx(model), { threads: 1 });
    const { logits } = await runner.run(
      { input_ids: reference.get('input_ids')!, attention_mask: reference.get('attention_mask')! },
      { logits: null },
    );
    await runner.dispose();
    expect(relativeError(logits!, reference.get('logits')!)).toBeLessThan(1e-5);
  });

  it("has PEFT's loss, and its gradients of the adapter alone, when it is trained unmerged", async () => {
    const adapter = saved(name);
    const { model, trainable, inputs } = buildTrainingGraph(modelOf(name), {
      trainable: () => false,
      adapter,
    });
    const reference = caseOf(name);
    const expected = group(reference, 'gradients/');
    expect([...trainable].sort()).toEqual([...expected.keys()].sort());
    const feeds = {
      ...Object.fromEntries(inputs.map((input) => [input, reference.get(input)!])),
      ...Object.fromEntries(adapter.parameters),
    };
    const runner = await createRunner(model, { threads: 1 });
    const names = ['loss', ...trainable.map(gradientName)];
    const results = await runner.run(feeds, Object.fromEntries(names.map((output) => [output, null])));
    await runner.dispose();
    expect(relativeError(results['loss']!, reference.get('loss')!)).toBeLessThan(1e-5);
    const errors = [...expected].map(
      ([parameter, tensor]) => [parameter, relativeError(results[gradientName(parameter)]!, tensor)] as const,
    );
    expect(errors.filter(([, error]) => !(error < 1e-4))).toEqual([]);
  });
});

describe('loraHook', () => {
  /** A model's linear layer that offers itself to a hook. */
  function linear(builder: GraphBuilder, x: string, module: string, hook: LinearHook): string {
    const y = builder.emit('Gemm-13', [x, `${module}.weight`, `${module}.bias`], { transB: int(1) });
    return hook(builder, { module, x, y });
  }

  const golden = readSafetensors(readFileSync(url('loraLinear.safetensors')));
  const adapter: LoraAdapter = {
    config: {
      rank: 3,
      alpha: 4.5,
      targetModules: ['layer'],
      modulesToSave: [],
      useRslora: false,
      fanInFanOut: false,
    },
    parameters: new Map([
      ['layer.lora_A.weight', golden.get('a')!],
      ['layer.lora_B.weight', golden.get('b')!],
    ]),
  };
  const feeds = {
    x: golden.get('x')!,
    'layer.weight': golden.get('weight')!,
    'layer.bias': golden.get('bias')!,
    ...Object.fromEntries(adapter.parameters),
  };

  function adaptedGraph(hook: LinearHook) {
    const builder = new GraphBuilder();
    for (const [name, { dims }] of Object.entries(feeds)) {
      builder.input(name, 'float32', name === 'x' ? ['rows', dims[1]!] : dims);
    }
    return { builder, y: linear(builder, 'x', 'layer', hook) };
  }

  it("has PyTorch's output and gradients, those of the frozen weight included", async () => {
    const { builder, y } = adaptedGraph(loraHook(adapter));
    const weighting = builder.input('weighting', 'float32', ['rows', 6]);
    const weighted = builder.emit('Mul-14', [builder.emit('Tanh-13', [y]), weighting]);
    const loss = builder.emit('ReduceSum-13', [weighted], { keepdims: int(0) });
    const wanted = {
      x: 'x',
      weight: 'layer.weight',
      bias: 'layer.bias',
      a: 'layer.lora_A.weight',
      b: 'layer.lora_B.weight',
    };
    const gradients = differentiate(builder, loss, Object.values(wanted));
    const outputs = Object.fromEntries(
      Object.entries(wanted).map(([short, name]) => [`grad/${short}`, gradients.get(name)!]),
    );
    const runner = await createRunner(encodeModel(builder.build('lora', { loss, y, ...outputs })), {
      threads: 1,
    });
    const names = ['loss', 'y', ...Object.keys(outputs)];
    const results = await runner.run(
      { ...feeds, weighting: golden.get('weighting')! },
      Object.fromEntries(names.map((name) => [name, null])),
    );
    await runner.dispose();
    for (const name of names) {
      expect([name, relativeError(results[name]!, golden.get(name)!) < 1e-5]).toEqual([name, true]);
    }
  });

  it('computes no gradient of the frozen weight where only the factors are trained', () => {
    const { builder, y } = adaptedGraph(loraHook(adapter));
    const loss = builder.emit('ReduceSum-13', [y], { keepdims: int(0) });
    const before = builder.nodes.length;
    const gradients = differentiate(builder, loss, [...adapter.parameters.keys()]);
    const products = builder.nodes.slice(before).filter(({ op }) => op === 'Gemm-13');
    // d inner, dA and dB: nothing of the size of the weight.
    expect(products).toHaveLength(3);
    expect([...gradients.values()].map((value) => builder.type(value).shape)).toEqual([
      [3, 7],
      [6, 3],
    ]);
  });

  it('leaves other layers as they are', () => {
    const hook = loraHook({ ...adapter, parameters: new Map() });
    expect(adaptedGraph(hook).builder.nodes).toHaveLength(1);
  });
});
