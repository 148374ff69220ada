import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { trainingGraphOf } from '../models/training.js';
import type { Task } from '../models/types.js';
import { graphFlops } from '../ops/cost.js';
import { blankModel } from './blankModel.js';

interface FlopCase {
  readonly task: Task;
  readonly config: { readonly model_type: string };
  readonly batch: number;
  readonly sequence: number;
  readonly flops: number;
}

const cases = JSON.parse(readFileSync(new URL('goldens/flops.json', import.meta.url), 'utf8')) as FlopCase[];

describe('operations of a training step lie within 15 % of what PyTorch counts', () => {
  it.each(cases.map((given) => [given.config.model_type, given] as const))('%s', (_, given) => {
    const { task, config, batch, sequence, flops } = given;
    const labels = task === 'token-classification' ? ['a', 'b', 'c'] : [];
    const { graph } = trainingGraphOf(blankModel({ configJson: config, task, labels }), {
      trainable: () => true,
    });
    const counted = graphFlops(graph, { batch, sequence, target: sequence });
    expect(Math.abs(counted / flops - 1)).toBeLessThan(0.15);
  });
});
