/**
 * Just enough of the WebAssembly binary format (W3C Core Specification 2.0, section 5) to write the optimiser's loops
 * down as expressions, so that no compiler is needed to build or install this package.
 */

/** Encoded instructions. */
export type Code = readonly number[];

export const I32 = 0x7f;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  readonly locals: readonly number[];
  readonly body: Code;
}

const EMPTY_BLOCK = 0x40;

export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number, value: Code): Code => [...value, 0x21, ...unsigned(index)],
};

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  notEqual: (a: Code, b: Code): Code => [...a, ...b, 0x47],
};

export const f64 = {
  add: (a: Code, b: Code): Code => [...a, ...b, 0xa0],
};

export const v128 = {
  load: (address: Code): Code => [...address, ...simd(0x00), ...memoryArgument(4, 0)],
  /** Eight bytes from `address + offset` in the low half, zeros in the high one. */
  load64Zero: (address: Code, offset: number): Code => [
    ...address,
    ...simd(0x5d),
    ...memoryArgument(3, offset),
  ],
  /** Four bytes in the lowest lane, zeros in the others. */
  load32Zero: (address: Code): Code => [...address, ...simd(0x5c), ...memoryArgument(2, 0)],
  store: (address: Code, value: Code): Code => [...address, ...value, ...simd(0x0b), ...memoryArgument(4, 0)],
  /** The four bytes of the lowest lane. */
  store32: (address: Code, value: Code): Code => [
    ...address,
    ...value,
    ...simd(0x5a),
    ...memoryArgument(2, 0),
    0,
  ],
  zero: [...simd(0x0c), ...new Array<number>(16).fill(0)] as Code,
};

export const f32x4 = {
  splat: (a: Code): Code => [...a, ...simd(0x13)],
  sqrt: (a: Code): Code => [...a, ...simd(0xe3)],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)],
  sub: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe5)],
  mul: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)],
  div: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe7)],
};

export const f64x2 = {
  splat: (a: Code): Code => [...a, ...simd(0x14)],
  extractLane: (a: Code, lane: number): Code => [...a, ...simd(0x21), lane],
  /** The two low float32 lanes as float64. */
  promoteLow: (a: Code): Code => [...a, ...simd(0x5f)],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xf0)],
  mul: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xf2)],
};

/** `while (condition) body`. */
export function whileLoop(condition: Code, body: Code): Code {
  const branchToLoop = [0x0c, 0x01];
  const test = [...condition, 0x04, EMPTY_BLOCK, ...body, ...branchToLoop, 0x0b];
  return [0x03, EMPTY_BLOCK, ...test, 0x0b];
}

/** A module that imports `env.memory` and exports the functions under their names. */
export function assembleModule(functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters, results }) => [0x60, ...vector(parameters), ...vector(results)]);
  const memoryImport = [...text('env'), ...text('memory'), 0x02, 0x00, ...unsigned(1)];
  const exports = functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]);
  const bodies = functions.map(({ locals, body }) => {
    const declarations = list(locals.map((type) => [...unsigned(1), type]));
    const code = [...declarations, ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list([memoryImport])),
    ...section(3, list(functions.map((_, index) => unsigned(index)))),
    ...section(7, list(exports)),
    ...section(10, list(bodies)),
  ]);
}

function simd(opcode: number): number[] {
  return [0xfd, ...unsigned(opcode)];
}

function memoryArgument(alignmentExponent: number, offset: number): number[] {
  return [alignmentExponent, ...unsigned(offset)];
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function vector(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function text(value: string): number[] {
  return vector([...new TextEncoder().encode(value)]);
}

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest < -0x40 || rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return [...bytes, rest & 0x7f];
}
