import { create } from '@bufbuild/protobuf';
import { NnError } from '../errors.js';
import type { Tensor, TensorData } from '../tensor.js';
import { bytesOf } from '../weights/views.js';
import { onnxDtype } from './dtypes.js';
import { TensorProto_DataLocation as DataLocation, type TensorProto, TensorProtoSchema } from './onnx_pb.js';

/** ONNX's own advice: a page, so that a runtime can map the values instead of reading them. */
const ALIGNMENT = 4096;

/** As in ONNX's writer: what is smaller stays in the model, where shape inference finds it. */
export const EXTERNAL_BYTES_MIN = 1024;

/** Where a weight's values lie, source: docs/ExternalData.md of onnx/onnx. */
export interface ExternalRange {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Gives weights their places in one file beside the model, in the order they come. Where several models share the file,
 * what they have in common has one place in it.
 */
export class ExternalLayout {
  /** What the file consists of: the values, and the gaps before them. */
  readonly parts: Uint8Array[] = [];
  #end = 0;
  readonly #offsets = new Map<TensorData, number>();
  #ofModel = new Set<number>();

  constructor(private readonly location: string) {}

  /** To be called before another model's weights are placed. */
  nextModel(): void {
    this.#ofModel = new Set();
  }

  place(name: string, { dtype, dims, data }: Tensor): TensorProto {
    const offset = this.#offsetOf(data);
    const entries = { location: this.location, offset, length: data.byteLength };
    return create(TensorProtoSchema, {
      name,
      dims: dims.map(BigInt),
      dataType: onnxDtype(dtype),
      dataLocation: DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value: String(value) })),
    });
  }

  /** No model has two weights in one place: readers refuse files whose weights claim more bytes than there are. */
  #offsetOf(data: TensorData): number {
    const known = this.#offsets.get(data);
    const offset = known === undefined || this.#ofModel.has(known) ? this.#append(data) : known;
    this.#offsets.set(data, offset);
    this.#ofModel.add(offset);
    return offset;
  }

  #append(data: TensorData): number {
    const offset = Math.ceil(this.#end / ALIGNMENT) * ALIGNMENT;
    this.parts.push(new Uint8Array(offset - this.#end), bytesOf(data));
    this.#end = offset + data.byteLength;
    return offset;
  }
}

/** The range of a weight of `size` bytes. Throws GRAPH_INVALID for one that is no range or has another length. */
export function externalRange({ name, externalData }: TensorProto, size: number): ExternalRange {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  if (entries.size !== externalData.length) throw invalid(name, 'names one property twice');
  const location = entries.get('location');
  if (!location) throw invalid(name, 'names no file');
  const length = position(name, entries.get('length') ?? String(size));
  if (length !== size) throw invalid(name, `has ${length} bytes there, its shape needs ${size}`);
  return { location, offset: position(name, entries.get('offset') ?? '0'), length };
}

function position(name: string, text: string): number {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw invalid(name, `gives ${JSON.stringify(text.slice(0, 40))} as a number`);
  return value;
}

function invalid(name: string, found: string): NnError {
  return new NnError('GRAPH_INVALID', `weight '${name}' lies outside the file and ${found}`);
}
