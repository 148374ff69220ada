import { readFileSync } from 'node:fs';
import { createRunner } from '../../exec/createRunner.js';
import type { Provider } from '../../exec/runner.js';
import { buildModel, taskOf } from '../../models/buildModel.js';
import { buildTrainingGraph, type HalfPrecision, LOSS_SCALE } from '../../models/training.js';
import { gradientName, type Model } from '../../models/types.js';
import { float32Data, float32Tensor, type Tensor } from '../../tensor.js';
import { readSafetensors } from '../../weights/index.js';

interface GoldenStep {
  readonly model: Model;
  /** Inputs and labels. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Of the loss by each parameter, in float32. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  readonly loss: number;
}

export function goldenStep(name: string): GoldenStep {
  const read = (file: string) => readFileSync(new URL(`../../goldens/${name}/${file}`, import.meta.url));
  const json = (file: string) => JSON.parse(read(file).toString()) as Record<string, unknown>;
  const configJson = json('config.json');
  const weights = readSafetensors(read('model.safetensors'));
  return {
    model: buildModel({ configJson, weights, task: taskOf(configJson), seed: 0 }),
    inputs: readSafetensors(read('case.safetensors')),
    gradients: readSafetensors(read('gradients.safetensors')),
    loss: json('expected.json')['loss'] as number,
  };
}

export interface StepOptions {
  readonly precision?: HalfPrecision;
  readonly recomputeFor?: { readonly batch: number; readonly sequence: number };
  /** Default: 1. */
  readonly lossScale?: number;
  /** Default: cpu. */
  readonly provider?: Provider;
}

/** The loss and the gradients of every parameter, the loss scale divided out. */
export async function computeStep({ model, inputs }: GoldenStep, options: StepOptions) {
  const { lossScale = 1, provider = 'cpu', ...graph } = options;
  const built = buildTrainingGraph(model, { trainable: () => true, ...graph });
  const runner = await createRunner(built.model, { threads: 1, providers: [provider] });
  const scale = float32Tensor([], Float32Array.of(lossScale));
  const feeds = built.inputs.map((name) => [name, name === LOSS_SCALE ? scale : inputs.get(name)!] as const);
  const outputs = ['loss', ...built.trainable.map(gradientName)];
  const found = await runner.run(
    { ...Object.fromEntries(feeds), ...Object.fromEntries(model.parameters) },
    Object.fromEntries(outputs.map((name) => [name, null])),
  );
  await runner.dispose();
  const unscaled = ({ dims, data }: Tensor) =>
    float32Tensor(
      dims,
      (data as Float32Array).map((value) => value / lossScale),
    );
  return {
    loss: float32Data(found['loss']!)[0]!,
    gradients: new Map(built.trainable.map((name) => [name, unscaled(found[gradientName(name)]!)] as const)),
  };
}
