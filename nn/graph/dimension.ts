import { NnError } from '../errors.js';
import type { Dimension, Shape } from './ir.js';

/** A dimension as a monomial: `384*batch*sequence` is coefficient 384 and the symbols batch, sequence. */
interface Monomial {
  readonly coefficient: number;
  readonly symbols: readonly string[];
}

/**
 * The product of dimensions in canonical form, so that equal products are equal strings or numbers. Throws
 * SHAPE_MISMATCH where it is too large to be exact.
 */
export function product(dimensions: Shape): Dimension {
  const factors = dimensions.map(parse);
  const coefficient = factors.reduce((total, factor) => total * factor.coefficient, 1);
  if (!Number.isSafeInteger(coefficient)) {
    throw new NnError('SHAPE_MISMATCH', `the product of [${dimensions}] is too large`);
  }
  return format({
    coefficient,
    symbols: factors.flatMap((factor) => factor.symbols),
  });
}

/**
 * The sum of lengths, such as `past+sequence`: a symbol of its own, equal to the sum of the same lengths in any order.
 * A fixed one may be negative.
 * Throws OPERATOR_UNSUPPORTED for a product among them.
 */
export function sum(lengths: Shape): Dimension {
  const parts = lengths.flatMap((length) => String(length).split('+'));
  const symbols = parts.filter((part) => !isNumber(part)).sort();
  const constant = parts.filter(isNumber).reduce((total, part) => total + Number(part), 0);
  if (symbols.length === 0 || lengths.length === 1) return lengths.length === 1 ? lengths[0]! : constant;
  if (symbols.some((symbol) => symbol.includes('*'))) {
    throw new NnError('OPERATOR_UNSUPPORTED', `the lengths ${lengths.join(' and ')} have no sum`);
  }
  return (constant === 0 ? symbols : [constant, ...symbols]).join('+');
}

/**
 * How many elements a slice of an axis has, in Python's meaning of `start:end:step`; a symbol of its own for an open
 * axis, such as `sequence[0:-1:1]`. Throws OPERATOR_UNSUPPORTED for a slice of a sum or product.
 */
export function sliceLength(length: Dimension, start: number, end: number, step: number): Dimension {
  if (typeof length === 'string') {
    if (step === 1 && start === 0 && end >= END_OF_AXIS) return length;
    if (/[*+]/.test(length)) {
      throw new NnError('OPERATOR_UNSUPPORTED', `a part of an axis of length ${length} has no length known`);
    }
    return `${length}[${start}:${end}:${step}]`;
  }
  const [lowest, last] = step > 0 ? [0, length] : [-1, length - 1];
  const clamped = (at: number, low: number) => Math.min(Math.max(at < 0 ? at + length : at, low), last);
  return Math.max(0, Math.ceil((clamped(end, lowest) - clamped(start, 0)) / step));
}

/** Ends from here on mean the end of the axis, whatever its length; files have INT32_MAX or INT64_MAX. */
const END_OF_AXIS = 2 ** 31 - 1;

/** `total / divisor` where it divides exactly, else undefined. */
export function quotient(total: Dimension, divisor: Dimension): Dimension | undefined {
  const numerator = parse(total);
  const denominator = parse(divisor);
  const coefficient = numerator.coefficient / denominator.coefficient;
  if (!Number.isInteger(coefficient)) return undefined;
  const symbols = [...numerator.symbols];
  for (const symbol of denominator.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  return format({ coefficient, symbols });
}

/** The shape two operands broadcast to by ONNX's rule (numpy's). Throws SHAPE_MISMATCH. */
export function broadcast(left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = left[axis - rank + left.length] ?? 1;
    const b = right[axis - rank + right.length] ?? 1;
    if (a === b || b === 1) return a;
    if (a === 1) return b;
    throw new NnError('SHAPE_MISMATCH', `shapes [${left}] and [${right}] do not broadcast`);
  });
}

/** A possibly negative axis as an index into a shape of `rank`. Throws SHAPE_MISMATCH out of range. */
export function axisIndex(axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(index) || index < 0 || index >= rank) {
    throw new NnError('SHAPE_MISMATCH', `axis ${axis} is outside a tensor of rank ${rank}`);
  }
  return index;
}

export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((dimension, axis) => dimension === right[axis]);
}

/** A dimension's length once every symbol in it has one. Throws SHAPE_MISMATCH for an unbound symbol. */
export function bind(dimension: Dimension, lengths: Readonly<Record<string, number>>): number {
  const { coefficient, symbols } = parse(dimension);
  return symbols.reduce((total, symbol) => {
    const parts = symbol.split('+').map((part) => bindPart(part, lengths));
    return parts.reduce((length, part) => length + part, 0) * total;
  }, coefficient);
}

/** A number, a symbol or a slice of one. */
function bindPart(part: string, lengths: Readonly<Record<string, number>>): number {
  if (isNumber(part)) return Number(part);
  const length = lengths[part];
  if (length !== undefined) return length;
  const [, whole, start, end, step] = /^(.+)\[(-?\d+):(-?\d+):(-?\d+)\]$/.exec(part) ?? [];
  if (whole === undefined) throw new NnError('SHAPE_MISMATCH', `no length given for axis '${part}'`);
  return sliceLength(bindPart(whole, lengths), Number(start), Number(end), Number(step)) as number;
}

function isNumber(part: string): boolean {
  return /^-?\d+$/.test(part);
}

function parse(dimension: Dimension): Monomial {
  if (typeof dimension === 'number') return { coefficient: dimension, symbols: [] };
  const factors = dimension.split('*');
  const leading = Number(factors[0]);
  return Number.isInteger(leading)
    ? { coefficient: leading, symbols: factors.slice(1) }
    : { coefficient: 1, symbols: factors };
}

function format({ coefficient, symbols }: Monomial): Dimension {
  if (symbols.length === 0 || coefficient === 0) return coefficient;
  const sorted = [...symbols].sort();
  return (coefficient === 1 ? sorted : [coefficient, ...sorted]).join('*');
}
