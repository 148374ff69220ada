/** A WebAssembly memory that is never grown, so that views on `buffer` stay valid. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** The part of the WebAssembly JavaScript interface used here; Node's type declarations have none. */
interface WebAssemblyInterface {
  Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyInterface })
  .WebAssembly;

export const WASM_PAGE_BYTES = 65_536;

export function createMemory(byteLength: number): WasmMemory {
  const pages = Math.ceil(byteLength / WASM_PAGE_BYTES);
  return new Memory({ initial: pages, maximum: pages });
}

/** The exports of a module that imports `env.memory`. The caller vouches that they have the shape `Exports`. */
export function instantiate<Exports>(moduleBytes: Uint8Array, memory: WasmMemory): Exports {
  return new Instance(new Module(moduleBytes), { env: { memory } }).exports as Exports;
}
