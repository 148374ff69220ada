const MEBIBYTE = 2 ** 20;

/** Requests are rounded up to a multiple of this. */
const GRAIN_BYTES = 256;
const FIRST_REGION_BYTES = MEBIBYTE;
const REGION_GROWTH_BYTES_MAX = 1024 * MEBIBYTE;
/** A chunk is cut when the rest is as large as the request, or larger than this. */
const DEAD_BYTES_MAX = 128 * MEBIBYTE;
/** What the system gives when a byte is first written. */
const PAGE_BYTES = 4096;

interface Chunk {
  readonly region: Region;
  offset: number;
  bytes: number;
  free: boolean;
}

interface Region {
  readonly index: number;
  /** In the order of their offsets. */
  readonly chunks: Chunk[];
  /** One for each page that was ever written. */
  readonly pages: Uint8Array;
}

/**
 * ONNX Runtime's CPU allocator (BFCArena of release 1.30, doubling regions): which pages of the system's memory a
 * sequence of requests ends up touching. Chunks are best fit, cut and joined again; regions are never given back.
 */
export class RuntimeArena {
  readonly #regions: Region[] = [];
  readonly #taken = new Map<string, Chunk>();
  #nextRegionBytes = FIRST_REGION_BYTES;
  #touchedPages = 0;

  /** Bytes of the pages written so far. */
  get touchedBytes(): number {
    return this.#touchedPages * PAGE_BYTES;
  }

  take(name: string, bytes: number): void {
    if (bytes === 0) return;
    const rounded = Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES;
    const chunk = this.#bestFit(rounded) ?? this.#extend(rounded);
    if (chunk.bytes >= 2 * rounded || chunk.bytes - rounded >= DEAD_BYTES_MAX) cut(chunk, rounded);
    chunk.free = false;
    this.#taken.set(name, chunk);
    this.#touch(chunk, bytes);
  }

  free(name: string): void {
    const chunk = this.#taken.get(name);
    if (chunk === undefined) return;
    this.#taken.delete(name);
    chunk.free = true;
    const { chunks } = chunk.region;
    const at = chunks.indexOf(chunk);
    if (chunks[at + 1]?.free) chunk.bytes += chunks.splice(at + 1, 1)[0]!.bytes;
    const before = chunks[at - 1];
    if (before?.free) {
      before.bytes += chunk.bytes;
      chunks.splice(at, 1);
    }
  }

  #bestFit(bytes: number): Chunk | undefined {
    let best: Chunk | undefined;
    for (const { chunks } of this.#regions) {
      for (const chunk of chunks) {
        if (chunk.free && chunk.bytes >= bytes && (best === undefined || chunk.bytes < best.bytes))
          best = chunk;
      }
    }
    return best;
  }

  /** A region that holds `bytes`, of twice the last one's size unless the request made that one grow. */
  #extend(bytes: number): Chunk {
    const grows = bytes > this.#nextRegionBytes;
    while (bytes > this.#nextRegionBytes) this.#nextRegionBytes *= 2;
    const size = this.#nextRegionBytes;
    if (!grows) this.#nextRegionBytes = Math.min(2 * size, Math.max(size, REGION_GROWTH_BYTES_MAX));
    const region: Region = {
      index: this.#regions.length,
      chunks: [],
      pages: new Uint8Array(Math.ceil(size / PAGE_BYTES)),
    };
    const chunk = { region, offset: 0, bytes: size, free: true };
    region.chunks.push(chunk);
    this.#regions.push(region);
    return chunk;
  }

  #touch({ region, offset }: Chunk, bytes: number): void {
    const end = Math.ceil((offset + bytes) / PAGE_BYTES);
    for (let page = Math.floor(offset / PAGE_BYTES); page < end; page += 1) {
      if (region.pages[page] === 0) this.#touchedPages += 1;
      region.pages[page] = 1;
    }
  }
}

function cut(chunk: Chunk, bytes: number): void {
  const { region, offset } = chunk;
  const rest = { region, offset: offset + bytes, bytes: chunk.bytes - bytes, free: true };
  chunk.bytes = bytes;
  region.chunks.splice(region.chunks.indexOf(chunk) + 1, 0, rest);
}
