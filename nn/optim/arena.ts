import { NnError } from '../errors.js';
import { elementCount, float32Data, type Tensor } from '../tensor.js';
import { createMemory, WASM_PAGE_BYTES, type WasmMemory } from './webAssembly.js';

const ALIGNMENT_BYTES = 64;
const MAX_BYTES = 65_535 * WASM_PAGE_BYTES;

/** The four arrays an optimiser keeps for every trainable parameter. */
export const ARENA_REGIONS = ['weights', 'firstMoments', 'secondMoments', 'gradients'] as const;
export type ArenaRegion = (typeof ARENA_REGIONS)[number];

/** Where a parameter lies inside each region, in bytes; `byteLength` includes zero padding to 64 bytes. */
export interface ArenaSlot {
  readonly name: string;
  readonly dims: readonly number[];
  readonly byteOffset: number;
  readonly byteLength: number;
}

/**
 * Weights, moments and gradients of the trainable parameters in one WebAssembly memory: the graph runtime reads
 * weights and writes gradients in place, the optimiser loops over the same bytes, and nothing is copied between them.
 */
export class ParameterArena {
  readonly memory: WasmMemory;
  readonly slots: readonly ArenaSlot[];
  /** Bytes of one region. */
  readonly regionBytes: number;
  private readonly views: Record<ArenaRegion, ReadonlyMap<string, Tensor>>;

  /**
   * Copies the float32 `parameters` in; moments and gradients start at zero.
   * Throws BASE_MODEL_UNSUPPORTED when four regions exceed 4 GiB, about 268 million parameters.
   */
  constructor(parameters: ReadonlyMap<string, Tensor>) {
    const slots: ArenaSlot[] = [];
    let regionBytes = 0;
    for (const [name, { dims }] of parameters) {
      const byteLength = roundUp(elementCount(dims) * 4, ALIGNMENT_BYTES);
      slots.push({ name, dims, byteOffset: regionBytes, byteLength });
      regionBytes += byteLength;
    }
    if (regionBytes * ARENA_REGIONS.length > MAX_BYTES) {
      const count = Math.round(regionBytes / 4e6);
      throw new NnError(
        'BASE_MODEL_UNSUPPORTED',
        `${count} million trainable parameters do not fit the optimiser's 4 GiB; freeze more of the model`,
      );
    }
    this.slots = slots;
    this.regionBytes = regionBytes;
    this.memory = createMemory(regionBytes * ARENA_REGIONS.length);
    const viewsOf = (region: ArenaRegion) =>
      new Map(slots.map((slot) => [slot.name, this.view(region, slot)]));
    this.views = {
      weights: viewsOf('weights'),
      firstMoments: viewsOf('firstMoments'),
      secondMoments: viewsOf('secondMoments'),
      gradients: viewsOf('gradients'),
    };
    this.load('weights', parameters);
  }

  /** Views on the memory by parameter name, in the order given to the constructor. */
  region(region: ArenaRegion): ReadonlyMap<string, Tensor> {
    return this.views[region];
  }

  /** Address of a region's first byte. */
  address(region: ArenaRegion): number {
    return ARENA_REGIONS.indexOf(region) * this.regionBytes;
  }

  /** Overwrites a region with tensors of the same names and shapes. Throws SHAPE_MISMATCH. */
  load(region: ArenaRegion, tensors: ReadonlyMap<string, Tensor>): void {
    for (const [name, target] of this.views[region]) {
      const source = tensors.get(name);
      if (source === undefined || source.dims.join() !== target.dims.join()) {
        throw new NnError(
          'SHAPE_MISMATCH',
          `${name} should have shape [${target.dims}], found [${source?.dims}]`,
        );
      }
      float32Data(target).set(float32Data(source));
    }
  }

  /** A copy of a region that later steps leave alone. */
  copy(region: ArenaRegion): Map<string, Tensor> {
    const start = this.address(region);
    const buffer = this.memory.buffer.slice(start, start + this.regionBytes);
    return new Map(
      this.slots.map(({ name, byteOffset }) => {
        const { dims } = this.views[region].get(name)!;
        return [
          name,
          { dtype: 'float32', dims, data: new Float32Array(buffer, byteOffset, elementCount(dims)) },
        ];
      }),
    );
  }

  private view(region: ArenaRegion, { byteOffset, dims }: ArenaSlot): Tensor {
    const address = this.address(region) + byteOffset;
    return {
      dtype: 'float32',
      dims,
      data: new Float32Array(this.memory.buffer, address, elementCount(dims)),
    };
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
