import type { ParameterArena } from './arena.js';
import { type Kernels, loadKernels } from './kernels/index.js';

/**
 * The gradient of a big batch from those of its micro-batches, for an arena laid out with `gradientSums`. Each
 * micro-batch leaves its gradients in the arena, where `finish` puts the mean and an optimiser finds it.
 */
export class GradientAccumulator {
  private readonly kernels: Kernels;
  private totalWeight = 0;

  constructor(private readonly arena: ParameterArena) {
    this.kernels = loadKernels(arena.memory);
  }

  /** Counts the arena's gradients `weight` times: the examples (or tokens) that the micro-batch's loss is the mean of. */
  add(weight: number): void {
    this.totalWeight += weight;
    const { regionBytes } = this.arena;
    this.kernels.addWeighted(
      this.arena.address('gradientSums'),
      this.arena.address('gradients'),
      regionBytes,
      weight,
    );
  }

  /** Replaces the arena's gradients by the weighted mean of those added, and starts anew. */
  finish(): void {
    const { regionBytes } = this.arena;
    this.kernels.takeSums(
      this.arena.address('gradients'),
      this.arena.address('gradientSums'),
      regionBytes,
      1 / this.totalWeight,
    );
    this.totalWeight = 0;
  }
}
