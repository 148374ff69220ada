/** What EXIF 2.32 says of a picture. */
export interface Exif {
  readonly description: string | null;
  /** `YYYY-MM-DDThh:mm:ss`, the camera's local time. */
  readonly takenAt: string | null;
  /** Degrees, north positive. */
  readonly latitude: number | null;
  /** Degrees, east positive. */
  readonly longitude: number | null;
}

const NOTHING: Exif = { description: null, takenAt: null, latitude: null, longitude: null };

const [IMAGE_DESCRIPTION, DATE_TIME, EXIF_IFD, GPS_IFD, DATE_TIME_ORIGINAL] = [
  0x010e, 0x0132, 0x8769, 0x8825, 0x9003,
];
const [LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE] = [1, 2, 3, 4];
/** Bytes of a value of each type; 0 for a type that is not read. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8];
const ENTRIES_MAX = 1000;

interface Entry {
  readonly type: number;
  readonly count: number;
  readonly at: number;
}

class Tiff {
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = bytes[0] === 0x49;
  }

  word(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  long(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  directory(at: number): Map<number, Entry> {
    const entries = new Map<number, Entry>();
    const count = Math.min(this.word(at), ENTRIES_MAX);
    for (let index = 0; index < count; index += 1) {
      const entry = at + 2 + 12 * index;
      const [type, length] = [this.word(entry + 2), this.long(entry + 4)];
      const size = (TYPE_BYTES[type] ?? 0) * length;
      entries.set(this.word(entry), { type, count: length, at: size > 4 ? this.long(entry + 8) : entry + 8 });
    }
    return entries;
  }

  text(entry: Entry | undefined): string | null {
    if (entry?.type !== 2) return null;
    const bytes = this.bytes.subarray(entry.at, entry.at + entry.count);
    const text = (new TextDecoder().decode(bytes).split('\0')[0] ?? '').trim();
    return text === '' ? null : text;
  }

  /** Degrees, minutes and seconds. */
  angle(entry: Entry | undefined, reference: string | null): number | null {
    if (entry?.type !== 5 || entry.count !== 3 || reference === null) return null;
    const parts = [0, 8, 16].map((offset) => this.long(entry.at + offset) / this.long(entry.at + offset + 4));
    const degrees = parts.reduce((sum, part, index) => sum + part / 60 ** index, 0);
    return Number.isFinite(degrees) ? (/^[SW]/i.test(reference) ? -degrees : degrees) : null;
  }
}

const instantOf = (text: string | null): string | null => {
  const [, date, time] = /^(\d{4}:\d\d:\d\d) (\d\d:\d\d:\d\d)$/.exec(text ?? '') ?? [];
  return date === undefined || time === undefined || date === '0000:00:00'
    ? null
    : `${date.replaceAll(':', '-')}T${time}`;
};

const read = (tiff: Tiff): Exif => {
  const main = tiff.directory(tiff.long(4));
  const at = (tag: number) => {
    const entry = main.get(tag);
    return entry === undefined ? new Map<number, Entry>() : tiff.directory(tiff.long(entry.at));
  };
  const [detail, gps] = [at(EXIF_IFD), at(GPS_IFD)];
  return {
    description: tiff.text(main.get(IMAGE_DESCRIPTION)),
    takenAt: instantOf(tiff.text(detail.get(DATE_TIME_ORIGINAL)) ?? tiff.text(main.get(DATE_TIME))),
    latitude: tiff.angle(gps.get(LATITUDE), tiff.text(gps.get(LATITUDE_REF))),
    longitude: tiff.angle(gps.get(LONGITUDE), tiff.text(gps.get(LONGITUDE_REF))),
  };
};

/** Reads an EXIF block (CIPA DC-008), with or without its `Exif\0\0`. Damaged ones say nothing. */
export const readExif = (block: Uint8Array): Exif => {
  const start = new TextDecoder('latin1').decode(block.subarray(0, 6)) === 'Exif\0\0' ? 6 : 0;
  try {
    return read(new Tiff(block.subarray(start)));
  } catch {
    return NOTHING; // An offset points outside of the block.
  }
};
