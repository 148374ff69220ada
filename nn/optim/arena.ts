import { NnError } from '../errors.js';
import { elementCount, float32Data, type Tensor } from '../tensor.js';
import { createMemory, WASM_PAGE_BYTES, type WasmMemory } from './webAssembly.js';

const ALIGNMENT_BYTES = 64;
/** What a WebAssembly memory can hold. */
export const ARENA_BYTES_MAX = 65_535 * WASM_PAGE_BYTES;

/** Arrays that an optimiser may keep besides weights and gradients; the names are those of a checkpoint. */
export type StateRegion =
  | 'firstMoments'
  | 'secondMoments'
  | 'momentumBuffers'
  | 'rowMoments'
  | 'columnMoments'
  | 'vectorMoments';
export type ArenaRegion = 'weights' | 'gradients' | 'gradientSums' | StateRegion;

type Dims = readonly number[];

/** The shape of a region's tensor for a parameter of shape `dims`; null where it holds nothing for it. */
export type RegionShape = (dims: Dims) => Dims | null;

export const SAME_SHAPE: RegionShape = (dims) => dims;

/** What an arena holds besides weights and gradients. */
export interface ArenaLayout {
  readonly state: Readonly<Partial<Record<StateRegion, RegionShape>>>;
  /** Bytes an optimiser works in, for parameters of these shapes; the content means nothing between steps. */
  readonly scratchBytes?: (shapes: readonly Dims[]) => number;
  /** Whether there is room for the sums of `GradientAccumulator`. */
  readonly gradientSums?: boolean;
}

export const ADAMW_LAYOUT: ArenaLayout = { state: { firstMoments: SAME_SHAPE, secondMoments: SAME_SHAPE } };

/** Where a parameter lies inside each region of its shape, in bytes; `byteLength` includes zero padding to 64 bytes. */
export interface ArenaSlot {
  readonly name: string;
  readonly dims: Dims;
  readonly byteOffset: number;
  readonly byteLength: number;
}

interface Region {
  readonly address: number;
  readonly byteLength: number;
  readonly slots: readonly ArenaSlot[];
  readonly views: ReadonlyMap<string, Tensor>;
}

/**
 * Weights, gradients and optimiser state of the trainable parameters in one WebAssembly memory: the graph runtime
 * reads weights and writes gradients in place, the optimiser loops over the same bytes, and nothing is copied between
 * them.
 */
export class ParameterArena {
  readonly memory: WasmMemory;
  readonly slots: readonly ArenaSlot[];
  /** Bytes of a region that has every parameter's shape. */
  readonly regionBytes: number;
  /** What a checkpoint holds besides the weights. */
  readonly stateRegions: readonly StateRegion[];
  readonly scratchAddress: number;
  private readonly regions: ReadonlyMap<ArenaRegion, Region>;

  /**
   * Copies the float32 `parameters` in; everything else starts at zero.
   * Throws BASE_MODEL_UNSUPPORTED when all regions together exceed 4 GiB: with AdamW about 268 million parameters.
   */
  constructor(parameters: ReadonlyMap<string, Tensor>, layout: ArenaLayout = ADAMW_LAYOUT) {
    this.stateRegions = Object.keys(layout.state) as StateRegion[];
    const { planned, regionsEnd, bytes } = planArena(parameters, layout);
    this.slots = planned.get('weights')!;
    this.regionBytes = endOf(this.slots);
    if (bytes > ARENA_BYTES_MAX) {
      const count = Math.round(this.regionBytes / 4e6);
      throw new NnError(
        'BASE_MODEL_UNSUPPORTED',
        `${count} million trainable parameters do not fit the optimiser's 4 GiB; freeze more of the model, or take an optimiser with less state`,
      );
    }
    this.memory = createMemory(bytes);
    this.scratchAddress = regionsEnd;
    const regions = new Map<ArenaRegion, Region>();
    let address = 0;
    for (const [name, slots] of planned) {
      const views = new Map(slots.map((slot) => [slot.name, view(this.memory.buffer, address, slot)]));
      regions.set(name, { address, byteLength: endOf(slots), slots, views });
      address += endOf(slots);
    }
    this.regions = regions;
    this.load('weights', parameters);
  }

  /** Views on the memory by parameter name, in the order given to the constructor. */
  region(region: ArenaRegion): ReadonlyMap<string, Tensor> {
    return this.require(region).views;
  }

  /** Address of a region's first byte. */
  address(region: ArenaRegion): number {
    return this.require(region).address;
  }

  /** Overwrites a region with tensors of the same names and shapes. Throws SHAPE_MISMATCH. */
  load(region: ArenaRegion, tensors: ReadonlyMap<string, Tensor>): void {
    for (const [name, target] of this.region(region)) {
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
    const { address, byteLength, slots } = this.require(region);
    const buffer = this.memory.buffer.slice(address, address + byteLength);
    return new Map(slots.map((slot) => [slot.name, view(buffer, 0, slot)]));
  }

  private require(region: ArenaRegion): Region {
    const found = this.regions.get(region);
    if (found === undefined) {
      throw new NnError('SHAPE_MISMATCH', `the optimiser's memory was laid out without ${region}`);
    }
    return found;
  }
}

type Shaped = ReadonlyMap<string, { readonly dims: Dims }>;

function planArena(parameters: Shaped, layout: ArenaLayout) {
  const shapes = [...parameters].map(([name, { dims }]) => [name, dims] as const);
  const planned = new Map<ArenaRegion, ArenaSlot[]>([
    ['weights', placeSlots(shapes, SAME_SHAPE)],
    ...Object.entries(layout.state).map(
      ([name, shape]) => [name as StateRegion, placeSlots(shapes, shape)] as const,
    ),
    ['gradients', placeSlots(shapes, SAME_SHAPE)],
    ...(layout.gradientSums ? [['gradientSums', placeSlots(shapes, SAME_SHAPE)] as const] : []),
  ]);
  const regionsEnd = [...planned.values()].reduce((sum, slots) => sum + endOf(slots), 0);
  const bytes = regionsEnd + (layout.scratchBytes?.(shapes.map(([, dims]) => dims)) ?? 0);
  return { planned, regionsEnd, bytes };
}

/** Bytes of each region that an arena for these parameters would have, and of all of it with its scratch. */
export function arenaBytes(
  parameters: Shaped,
  layout: ArenaLayout,
): { readonly regions: ReadonlyMap<ArenaRegion, number>; readonly bytes: number } {
  const { planned, bytes } = planArena(parameters, layout);
  return { regions: new Map([...planned].map(([name, slots]) => [name, endOf(slots)])), bytes };
}

/** The parameters that `shape` gives a tensor, one after the other. */
function placeSlots(shapes: readonly (readonly [string, Dims])[], shape: RegionShape): ArenaSlot[] {
  const slots: ArenaSlot[] = [];
  let byteOffset = 0;
  for (const [name, parameterDims] of shapes) {
    const dims = shape(parameterDims);
    if (dims === null) continue;
    const byteLength = Math.ceil((elementCount(dims) * 4) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    slots.push({ name, dims, byteOffset, byteLength });
    byteOffset += byteLength;
  }
  return slots;
}

function endOf(slots: readonly ArenaSlot[]): number {
  const last = slots.at(-1);
  return last === undefined ? 0 : last.byteOffset + last.byteLength;
}

function view(buffer: ArrayBuffer, address: number, { dims, byteOffset }: ArenaSlot): Tensor {
  return {
    dtype: 'float32',
    dims,
    data: new Float32Array(buffer, address + byteOffset, elementCount(dims)),
  };
}
