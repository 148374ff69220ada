import { elementCount, float32Data } from '../tensor.js';
import type { ArenaLayout, ArenaSlot, ParameterArena, StateRegion } from './arena.js';
import { ArenaOptimizer, type GroupRules, groupOf, type Update } from './optimizer.js';

export interface AdafactorOptions extends GroupRules {
  /** Added to the square of every gradient; 1e-30 in the paper. */
  readonly epsilon: number;
  /** Least size that `scaleParameter` takes a parameter to have; 1e-3 in the paper. */
  readonly parameterEpsilon: number;
  /** Root mean square of an update above which it is scaled down; 1 in the paper. */
  readonly clipThreshold: number;
  /** The second moments of step t forget by 1 - t^decayRate; -0.8 in the paper. */
  readonly decayRate: number;
  /** Multiplies the learning rate by each parameter's own root mean square. */
  readonly scaleParameter: boolean;
  /** Decoupled, as AdamW's. */
  readonly weightDecay: number;
}

/** transformers.Adafactor's own, but for a learning rate from outside (`relative_step=False`, `beta1=None`). */
export const ADAFACTOR_DEFAULTS = {
  epsilon: 1e-30,
  parameterEpsilon: 1e-3,
  clipThreshold: 1,
  decayRate: -0.8,
  scaleParameter: true,
} as const;

/** One moment a row and a column of each matrix, one an element of each vector: R + C values in place of R x C. */
export const ADAFACTOR_LAYOUT: ArenaLayout = {
  state: {
    rowMoments: (dims) => (dims.length > 1 ? dims.slice(0, -1) : null),
    columnMoments: (dims) => (dims.length > 1 ? [...dims.slice(0, -2), dims.at(-1)!] : null),
    vectorMoments: (dims) => (dims.length > 1 ? null : dims),
  },
  scratchBytes: (shapes) => 12 * (widest(shapes) + 1),
};

/** A parameter and its second moments, as matrices of its last two axes; a vector is one row. */
interface Factored {
  readonly weights: number;
  readonly gradients: number;
  readonly byteLength: number;
  readonly matrices: number;
  readonly rows: number;
  readonly columns: number;
  readonly decays: boolean;
  readonly learningRateScale: number;
  /** Absent for a vector, whose moments are all in `columnMoments`. */
  readonly rowMoments: Float32Array | undefined;
  readonly columnMoments: Float32Array;
}

/**
 * Adafactor (Shazeer & Stern 2018) without a first moment and with the learning rate from outside, equal to
 * transformers.Adafactor with `relative_step=False`. The arena is laid out by `ADAFACTOR_LAYOUT`.
 */
export class Adafactor extends ArenaOptimizer {
  private readonly parameters: readonly Factored[];
  /** Sums of squares by column. */
  private readonly columnSums: Float64Array;
  /** The columns' share of each element's 1 / sqrt(second moment). */
  private readonly columnFactors: Float32Array;

  constructor(
    arena: ParameterArena,
    private readonly options: AdafactorOptions,
  ) {
    super(arena);
    this.parameters = arena.slots
      .filter(({ dims }) => elementCount(dims) > 0)
      .map((slot) => this.factored(slot));
    // One more than the widest row, because the kernel adds in pairs.
    const sums = widest(arena.slots.map(({ dims }) => dims)) + 1;
    this.columnSums = new Float64Array(arena.memory.buffer, arena.scratchAddress, sums);
    this.columnFactors = new Float32Array(arena.memory.buffer, arena.scratchAddress + 8 * sums, sums);
  }

  protected override update({ step, learningRate, gradientScale }: Update): void {
    const { decayRate, weightDecay, clipThreshold } = this.options;
    for (const parameter of this.parameters) {
      const { matrices, rows, columns } = parameter;
      const rate = learningRate * parameter.learningRateScale * this.parameterScale(parameter);
      let squares = 0;
      for (let matrix = 0; matrix < matrices; matrix += 1) {
        this.updateMoments(parameter, matrix, gradientScale, 1 - step ** decayRate);
        squares += this.updateSquares(parameter, matrix, gradientScale);
      }
      const size = Math.sqrt(squares / (matrices * rows * columns));
      const keep = parameter.decays ? 1 - rate * weightDecay : 1;
      for (let matrix = 0; matrix < matrices; matrix += 1) {
        const scale = (gradientScale * rate) / Math.max(1, size / clipThreshold);
        this.updateWeights(parameter, matrix, scale, keep);
      }
    }
  }

  private factored(slot: ArenaSlot): Factored {
    const { name, dims, byteOffset, byteLength } = slot;
    const moments = (region: StateRegion) => {
      const tensor = this.arena.region(region).get(name);
      return tensor && float32Data(tensor);
    };
    return {
      ...groupOf(slot, this.options),
      weights: this.arena.address('weights') + byteOffset,
      gradients: this.arena.address('gradients') + byteOffset,
      byteLength,
      matrices: elementCount(dims.slice(0, -2)),
      rows: dims.at(-2) ?? 1,
      columns: dims.at(-1) ?? 1,
      rowMoments: moments('rowMoments'),
      columnMoments: (moments('columnMoments') ?? moments('vectorMoments'))!,
    };
  }

  private parameterScale({ weights, byteLength, matrices, rows, columns }: Factored): number {
    if (!this.options.scaleParameter) return 1;
    const squares = this.kernels.sumOfSquares(weights, byteLength);
    return Math.max(this.options.parameterEpsilon, Math.sqrt(squares / (matrices * rows * columns)));
  }

  /** Moves the row and column means of g^2 + epsilon into the moments. */
  private updateMoments(parameter: Factored, matrix: number, gradientScale: number, keep: number): void {
    const { rows, columns } = parameter;
    const { rowMoments, columnMoments } = momentsOf(parameter, matrix);
    const move = (moments: Float32Array, at: number, squares: number, count: number) => {
      moments[at] = keep * moments[at]! + (1 - keep) * (squares / count + this.options.epsilon);
    };
    this.columnSums.fill(0, 0, columns);
    for (let row = 0; row < rows; row += 1) {
      const squares = this.kernels.addRowSquares(
        rowAddress(parameter, parameter.gradients, matrix, row),
        this.columnSums.byteOffset,
        evenBytes(columns, 2),
        columns * 4,
        gradientScale,
      );
      if (rowMoments !== undefined) move(rowMoments, row, squares, columns);
    }
    for (let column = 0; column < columns; column += 1) {
      move(columnMoments, column, this.columnSums[column]!, rows);
    }
  }

  /** Sum of the squares of the update before learning rate and clipping. */
  private updateSquares(parameter: Factored, matrix: number, gradientScale: number): number {
    const { rows, columns, gradients } = parameter;
    const rowFactor = this.factors(parameter, matrix);
    let squares = 0;
    for (let row = 0; row < rows; row += 1) {
      const address = rowAddress(parameter, gradients, matrix, row);
      const factors = this.columnFactors.byteOffset;
      const sum = this.kernels.sumOfProductSquares(address, factors, evenBytes(columns, 2), columns * 4);
      squares += sum * (gradientScale * rowFactor(row)) ** 2;
    }
    return squares;
  }

  private updateWeights(parameter: Factored, matrix: number, scale: number, keep: number): void {
    const { rows, columns, weights, gradients } = parameter;
    const rowFactor = this.factors(parameter, matrix);
    for (let row = 0; row < rows; row += 1) {
      this.kernels.subtractProduct(
        rowAddress(parameter, weights, matrix, row),
        rowAddress(parameter, gradients, matrix, row),
        this.columnFactors.byteOffset,
        evenBytes(columns, 4),
        columns * 4,
        keep,
        scale * rowFactor(row),
      );
    }
  }

  /** Sets `columnFactors`, and gives the rows' share of 1 / sqrt(row moment * column moment / mean of row moments). */
  private factors(parameter: Factored, matrix: number): (row: number) => number {
    const { rowMoments, columnMoments } = momentsOf(parameter, matrix);
    for (let column = 0; column < parameter.columns; column += 1) {
      this.columnFactors[column] = 1 / Math.sqrt(columnMoments[column]!);
    }
    if (rowMoments === undefined) return () => 1;
    const mean = rowMoments.reduce((sum, moment) => sum + moment, 0) / rowMoments.length;
    return (row) => Math.sqrt(mean / rowMoments[row]!);
  }
}

function momentsOf({ rows, columns, rowMoments, columnMoments }: Factored, matrix: number) {
  return {
    rowMoments: rowMoments?.subarray(matrix * rows, (matrix + 1) * rows),
    columnMoments: columnMoments.subarray(matrix * columns, (matrix + 1) * columns),
  };
}

function rowAddress({ rows, columns }: Factored, start: number, matrix: number, row: number): number {
  return start + (matrix * rows + row) * columns * 4;
}

/** Bytes of the part of a row that is done `stride` values at a time. */
function evenBytes(columns: number, stride: number): number {
  return Math.floor(columns / stride) * stride * 4;
}

function widest(shapes: readonly (readonly number[])[]): number {
  return shapes.reduce((most, dims) => Math.max(most, dims.at(-1) ?? 1), 1);
}
