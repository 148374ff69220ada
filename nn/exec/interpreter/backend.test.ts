import { afterEach, describe, expect, it } from '@jest/globals';
import { findBackend, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { loadBackend } from './backend.js';

/** Stands for an installed TensorFlow: tfjs' own processor backend under its name. */
function tensorFlow(isUsingGpuDevice: boolean) {
  return async () => {
    await loadBackend('tfjs-cpu');
    const cpu = findBackend('cpu');
    registerBackend('tensorflow', () =>
      Object.assign(Object.create(cpu) as typeof cpu, { isUsingGpuDevice }),
    );
  };
}

describe('loading a backend', () => {
  afterEach(() => {
    if (findBackend('tensorflow')) removeBackend('tensorflow');
  });

  it.each(['tfjs-node', 'tfjs-node-gpu'] as const)('says what to install where %s is not', async (name) => {
    await expect(loadBackend(name)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: expect.stringContaining(`npm install @tensorflow/${name}@`),
    });
  });

  it('takes TensorFlow on a GPU as one', async () => {
    await expect(loadBackend('tfjs-node-gpu', tensorFlow(true))).resolves.toBe('tensorflow');
  });

  it('does not take TensorFlow on the processor for one on a GPU', async () => {
    await expect(loadBackend('tfjs-node-gpu', tensorFlow(false))).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('no CUDA device'),
    });
  });
});
