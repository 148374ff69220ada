import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import { type HeadShape, headsShape } from './attention.js';
import type { AttentionScope, Layout } from './layout.js';
import { causalBias, floatMask, paddingBias } from './masks.js';
import { type ShiftOptions, shiftLeft, shiftRight } from './shift.js';
import { ownSlots, type Slots } from './slots.js';
import { type BatchShape, batchShape, firstTokens, int64Scalar, lastTokens, meanOfTokens } from './tokens.js';

/** One text a row, padded on the right, under `attention_mask`. */
export class PaddedLayout implements Layout {
  readonly shape: BatchShape;
  readonly #builder: GraphBuilder;
  readonly #masked: boolean;
  #slots?: Slots;
  #floatMask?: string;
  #bias?: string;

  /** Where not `masked`, padding is hidden only from what comes before it. */
  constructor(builder: GraphBuilder, ids = 'input_ids', masked = true) {
    this.#builder = builder;
    this.#masked = masked;
    this.shape = batchShape(builder, ids);
  }

  get slots(): Slots {
    this.#slots ??= ownSlots(this.#builder, this.shape.sequence);
    return this.#slots;
  }

  positions(): string {
    return this.slots.queries;
  }

  countUpTo(marked: string): string {
    return this.#builder.emit('CumSum-14', [marked, int64Scalar(this.#builder, 1)]);
  }

  bias(): string {
    this.#bias ??= paddingBias(this.#builder, this.#real());
    return this.#bias;
  }

  causalBias(): string {
    return causalBias(this.#builder, this.slots, this.#masked ? this.#real() : undefined);
  }

  crossBias(source: Layout): string {
    return source.bias();
  }

  texts(): string {
    return this.#builder.emit('Gather-13', ['input_ids', int64Scalar(this.#builder, 0)], { axis: int(1) });
  }

  shiftLeft(labels: string): string {
    return shiftLeft(this.#builder, labels);
  }

  shiftRight(labels: string, ends: ShiftOptions): string {
    return shiftRight(this.#builder, labels, ends);
  }

  beside(ids: string): Layout {
    return new PaddedLayout(this.#builder, ids, false);
  }

  firstTokens(hidden: string): string {
    return firstTokens(this.#builder, hidden, this.shape);
  }

  lastTokens(hidden: string): string {
    return lastTokens(this.#builder, hidden, this.#real(), this.shape);
  }

  meanOfTokens(hidden: string, width: number): string {
    return meanOfTokens(this.#builder, width, { hidden, mask: this.#real(), tokens: this.shape.tokens });
  }

  firstTokenScope({ heads, width }: HeadShape): AttentionScope {
    const builder = this.#builder;
    const one = builder.indices([1, heads, width]);
    return {
      keyShape: headsShape(builder, this.shape, { heads, width }),
      queryShape: builder.emit('Concat-13', [this.shape.batch, one], { axis: int(0) }),
      bias: this.bias(),
    };
  }

  byText(scores: string): string {
    return this.#builder.emit('Reshape-19', [scores, this.shape.tokens]);
  }

  /** The mask as float32. */
  #real(): string {
    this.#floatMask ??= floatMask(this.#builder);
    return this.#floatMask;
  }
}
