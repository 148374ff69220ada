import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildModel, exportOnnx, taskOf } from '../models/buildModel.js';
import { buildTrainingGraph } from '../models/training.js';
import { gradientName } from '../models/types.js';
import { type ReferenceCase, readReferenceCase, tensorOf } from '../models/verification/referenceCase.js';
import { largest, relativeError } from '../models/verification/relativeError.js';
import { int64Tensor, type Tensor } from '../tensor.js';
import { createRunner } from './createRunner.js';

// Relative to the largest value of each output.
const TOLERANCE = 1e-5;
/** A tensor whose largest value is below this is rounding noise, as a key's bias gradient is: exactly zero. */
const NOISE = 1e-6;
const INTERPRETERS = ['tfjs-cpu', 'tfjs-wasm'] as const;
const FILES = [
  'config.json',
  'model.safetensors',
  'case.safetensors',
  'gradients.safetensors',
  'expected.json',
];

const goldens = new URL('../goldens/', import.meta.url);

/** Every folder with a case: a further family needs no code. */
const folders = readdirSync(goldens, { recursive: true, encoding: 'utf8' })
  .filter((path) => basename(path) === 'case.safetensors')
  .map(dirname)
  .sort();

function referenceIn(folder: string): ReferenceCase {
  const contents = FILES.map(
    (name) => [name, new Uint8Array(readFileSync(new URL(`${folder}/${name}`, goldens)))] as const,
  );
  return readReferenceCase(new Map(contents));
}

/** The target tokens, with padding's mark, which no embedding has, made a token. */
function decoderInput(reference: ReferenceCase): Tensor {
  const { dims, data } = tensorOf(reference, 'labels');
  return int64Tensor(
    dims,
    (data as BigInt64Array).map((token) => (token < 0n ? 0n : token)),
  );
}

async function expectAgreement(
  model: Uint8Array,
  feeds: Readonly<Record<string, Tensor>>,
  names: readonly string[],
) {
  const fetches = Object.fromEntries(names.map((name) => [name, null]));
  const reference = await createRunner(model, { threads: 1 });
  const expected = await reference.run(feeds, fetches);
  await reference.dispose();
  for (const provider of INTERPRETERS) {
    const runner = await createRunner(model, { threads: 1, providers: [provider] });
    const computed = await runner.run(feeds, fetches);
    await runner.dispose();
    const wrong = names
      .filter((name) => largest(expected[name]!) >= NOISE)
      .map((name) => ({ name, provider, error: relativeError(computed[name]!, expected[name]!) }))
      // Written so that an error that is not a number fails.
      .filter(({ error }) => !(error <= TOLERANCE));
    expect(wrong).toEqual([]);
  }
}

describe('the interpreter agrees with ONNX Runtime', () => {
  it.each(folders)('on the outputs of %s', async (folder) => {
    const reference = referenceIn(folder);
    const { configJson, weights } = reference;
    const model = buildModel({ configJson, weights, task: taskOf(configJson), seed: 0 });
    const feeds = model.graph.inputs.map(
      ({ name }) =>
        [name, name === 'decoder_input_ids' ? decoderInput(reference) : tensorOf(reference, name)] as const,
    );
    const outputs = model.graph.outputs.map(({ name }) => name);
    await expectAgreement(exportOnnx(model), Object.fromEntries(feeds), outputs);
  });

  it.each(folders)('on the loss and gradients of %s', async (folder) => {
    const reference = referenceIn(folder);
    const { configJson, weights } = reference;
    const model = buildModel({ configJson, weights, task: taskOf(configJson), seed: 0 });
    const { model: bytes, trainable, inputs } = buildTrainingGraph(model, { trainable: () => true });
    const feeds = {
      ...Object.fromEntries(inputs.map((name) => [name, tensorOf(reference, name)])),
      ...Object.fromEntries(model.parameters),
    };
    await expectAgreement(bytes, feeds, ['loss', ...trainable.map(gradientName)]);
  });
});
