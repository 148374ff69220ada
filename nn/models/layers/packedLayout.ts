import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import { IGNORED_LABEL } from '../losses/crossEntropy.js';
import type { HeadShape } from './attention.js';
import type { AttentionScope, Layout } from './layout.js';
import { hidingBias, MASKED } from './masks.js';
import { type ShiftOptions, shiftLeft, shiftRight } from './shift.js';
import { ownSlots, type Slots } from './slots.js';
import { type BatchShape, batchShape, countTo, int64Scalar } from './tokens.js';

/**
 * Several texts a row, each a block that sees itself only ("Efficient Sequence Packing without Cross-contamination", Krell
 * et al., 2021). `segment_ids`, int64 [batch, sequence], numbers the texts of a row from 1 and is 0 in padding, which comes
 * last; `text_starts`, int64 [texts], holds where each text begins in the rows laid end to end.
 */
export class PackedLayout implements Layout {
  readonly shape: BatchShape;
  readonly #builder: GraphBuilder;
  readonly #segments: string;
  #beside?: PackedLayout;
  #slots?: Slots;
  #together?: string;
  #before?: string;
  #members?: string;

  constructor(builder: GraphBuilder, segments = 'segment_ids') {
    this.#builder = builder;
    this.#segments = segments;
    this.shape = batchShape(builder, segments);
  }

  get slots(): Slots {
    this.#slots ??= ownSlots(this.#builder, this.shape.sequence);
    return this.#slots;
  }

  positions(): string {
    const builder = this.#builder;
    const seen = builder.emit('ReduceSum-13', [this.#seen(), builder.indices([-1])], { keepdims: int(0) });
    return this.#inTexts(builder.emit('Sub-14', [seen, builder.scalar(1)]));
  }

  countUpTo(marked: string): string {
    const builder = this.#builder;
    const column = builder.emit('Unsqueeze-13', [marked, builder.indices([2])]);
    const ones = builder.emit('Cast-19', [column], { to: int(1) });
    const counted = builder.emit('MatMul-13', [this.#seen(), ones]);
    return this.#inTexts(builder.emit('Squeeze-13', [counted, builder.indices([2])]));
  }

  bias(): string {
    return this.#asBias(this.#sameText());
  }

  causalBias(): string {
    return this.#asBias(this.#seen());
  }

  crossBias(source: Layout): string {
    // A batch has one layout, so that what a packed decoder reads is packed too.
    return this.#asBias(sameSegment(this.#builder, this.#segments, (source as PackedLayout).#segments));
  }

  texts(): string {
    return 'text_starts';
  }

  shiftLeft(labels: string): string {
    const builder = this.#builder;
    // The next token of a text's last one belongs to another text or is padding.
    const same = builder.emit('Equal-19', [shiftLeft(builder, this.#segments), this.#segments]);
    const ignored = int64Scalar(builder, IGNORED_LABEL);
    return builder.emit('Where-16', [same, shiftLeft(builder, labels), ignored]);
  }

  shiftRight(labels: string, { start, padding }: ShiftOptions): string {
    const builder = this.#builder;
    const first = builder.emit('Equal-19', [this.beside().positions(), int64Scalar(builder, 0)]);
    const shifted = shiftRight(builder, labels, { start, padding });
    return builder.emit('Where-16', [first, int64Scalar(builder, start), shifted]);
  }

  /** A decoder's texts stand in the row of those it reads, under `decoder_segment_ids`. */
  beside(): PackedLayout {
    this.#beside ??= new PackedLayout(this.#builder, 'decoder_segment_ids');
    return this.#beside;
  }

  firstTokens(hidden: string): string {
    return this.#builder.emit('Gather-13', [hidden, 'text_starts']);
  }

  lastTokens(hidden: string): string {
    const builder = this.#builder;
    const counted = builder.emit('Squeeze-13', [this.#lengths(), builder.indices([1])]);
    const ends = builder.emit('Add-14', ['text_starts', builder.emit('Cast-19', [counted], { to: int(7) })]);
    const last = builder.emit('Sub-14', [ends, int64Scalar(builder, 1)]);
    return builder.emit('Gather-13', [hidden, last]);
  }

  meanOfTokens(hidden: string): string {
    const sum = this.#builder.emit('MatMul-13', [this.#membership(), hidden]);
    return this.#builder.emit('Div-14', [sum, this.#lengths()]);
  }

  firstTokenScope({ heads, width }: HeadShape): AttentionScope {
    // All rows are laid end to end: so many scores too many cost less than a row of queries for each row of tokens.
    const oneRow = this.#builder.indices([1, -1, heads, width]);
    return { queryShape: oneRow, keyShape: oneRow, bias: hidingBias(this.#builder, this.#membership()) };
  }

  byText(scores: string): string {
    const builder = this.#builder;
    const places = this.slots.queries;
    const starts = builder.emit('Unsqueeze-13', ['text_starts', builder.indices([1])]);
    const tokens = builder.emit('Reshape-19', [this.#segments, builder.indices([-1])]);
    const end = builder.emit('Sub-14', [builder.emit('Shape-19', [tokens]), int64Scalar(builder, 1)]);
    const at = builder.emit('Min-13', [builder.emit('Add-14', [starts, places]), end]);
    // Asked first: later values of this shape lie on the way of a gradient, where no shape may be asked for.
    builder.shapeOf(at);
    const flat = builder.emit('Reshape-19', [scores, builder.indices([-1])]);
    const lengths = builder.emit('Cast-19', [this.#lengths()], { to: int(7) });
    const inside = builder.emit('Less-13', [places, lengths]);
    return builder.emit('Where-16', [inside, builder.emit('Gather-13', [flat, at]), builder.scalar(MASKED)]);
  }

  /** float32 [batch, sequence, sequence]: 1 where two tokens belong to one text. */
  #sameText(): string {
    this.#together ??= sameSegment(this.#builder, this.#segments, this.#segments);
    return this.#together;
  }

  /** The same without the tokens after the first of the two. */
  #seen(): string {
    this.#before ??= this.#builder.emit('Trilu-14', [this.#sameText()], { upper: int(0) });
    return this.#before;
  }

  /** float32 `counts` of tokens as int64, 0 for padding: there may be more of it in a row than a model has positions. */
  #inTexts(counts: string): string {
    const builder = this.#builder;
    const real = builder.emit('Min-13', [this.#segments, int64Scalar(builder, 1)]);
    return builder.emit('Mul-14', [builder.emit('Cast-19', [counts], { to: int(7) }), real]);
  }

  /** [batch, 1, queries, keys]. */
  #asBias(allowed: string): string {
    const bias = hidingBias(this.#builder, allowed);
    return this.#builder.emit('Unsqueeze-13', [bias, this.#builder.indices([1])]);
  }

  /** float32 [texts, batch*sequence]: 1 where a token belongs to a text. */
  #membership(): string {
    this.#members ??= membership(this.#builder, this.#segments, this.shape);
    return this.#members;
  }

  /** Of each text, float32 [texts, 1]. */
  #lengths(): string {
    return this.#builder.emit('ReduceSum-13', [this.#membership(), this.#builder.indices([1])]);
  }
}

/** float32 [batch, queries, keys]: 1 where both have one number. */
function sameSegment(builder: GraphBuilder, queries: string, keys: string): string {
  const column = builder.emit('Unsqueeze-13', [queries, builder.indices([2])]);
  const row = builder.emit('Unsqueeze-13', [keys, builder.indices([1])]);
  return builder.emit('Cast-19', [builder.emit('Equal-19', [column, row])], { to: int(1) });
}

function membership(builder: GraphBuilder, segments: string, { batch, sequence }: BatchShape): string {
  // A number that no other text of the batch has: that of the row times sequence + 1, and that in the row.
  const room = builder.emit('Add-14', [sequence, int64Scalar(builder, 1)]);
  const rows = builder.emit('Mul-14', [countTo(builder, batch), room]);
  const column = builder.emit('Unsqueeze-13', [rows, builder.indices([1])]);
  const numbers = builder.emit('Reshape-19', [
    builder.emit('Add-14', [segments, column]),
    builder.indices([-1]),
  ]);
  const own = builder.emit('Gather-13', [numbers, 'text_starts']);
  const wanted = builder.emit('Unsqueeze-13', [own, builder.indices([1])]);
  return builder.emit('Cast-19', [builder.emit('Equal-19', [wanted, numbers])], { to: int(1) });
}
