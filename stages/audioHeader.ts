/** What the headers of a sound file say, and how much it can decode to. */
export interface AudioHeader {
  readonly format: 'wav' | 'flac' | 'mp3' | 'ogg';
  /** Hertz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** No decoder gives more samples a channel; counted from the frames, not from what the file claims. */
  readonly samplesMax: number;
  /** Where the sound ends, if that is before what the last frame decodes to. */
  readonly endsAt?: number;
}

const text = (bytes: Buffer, start: number, length: number): string =>
  bytes.subarray(start, start + length).toString('latin1');

/** RIFF chunks: `fmt ` and `data` (Multimedia Programming Interface and Data Specifications 1.0). */
const ofWav = (bytes: Buffer): AudioHeader | null => {
  let format: { readonly channels: number; readonly sampleRate: number; readonly block: number } | null =
    null;
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const [id, size] = [text(bytes, at, 4), bytes.readUInt32LE(at + 4)];
    if (id === 'fmt ' && size >= 16 && at + 24 <= bytes.byteLength)
      format = {
        channels: bytes.readUInt16LE(at + 10),
        sampleRate: bytes.readUInt32LE(at + 12),
        block: bytes.readUInt16LE(at + 20),
      };
    if (id === 'data' && format !== null && format.block > 0) {
      const { channels, sampleRate, block } = format;
      // Compressed forms have at least half a byte a sample.
      const bytesASample = Math.min(block, channels / 2);
      const size = bytes.byteLength - at;
      return { format: 'wav', sampleRate, channels, samplesMax: Math.ceil(size / bytesASample) };
    }
    at += 8 + size + (size % 2);
  }
  return null;
};

/** STREAMINFO and the number of frame synchronisation codes, which is at least that of the frames (RFC 9639, 8.2 and 9.1). */
const ofFlac = (bytes: Buffer): AudioHeader | null => {
  if (bytes.byteLength < 42 || (bytes[4]! & 0x7f) !== 0) return null;
  const blockMax = bytes.readUInt16BE(10);
  const packed = bytes.readUIntBE(18, 4);
  let frames = 0;
  for (let at = bytes.indexOf(0xff, 42); at >= 0; at = bytes.indexOf(0xff, at + 1))
    if ((bytes[at + 1]! & 0xfe) === 0xf8) frames += 1;
  return {
    format: 'flac',
    sampleRate: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    samplesMax: frames * blockMax,
  };
};

/** Vorbis I, 4.2.2, and the packets by the lacing values of the pages (RFC 3533, 6). */
const ofOgg = (bytes: Buffer): AudioHeader | null => {
  const body = 27 + (bytes[26] ?? 0);
  if (text(bytes, body, 7) !== '\x01vorbis' || body + 30 > bytes.byteLength) return null;
  const blockMax = 2 ** (bytes[body + 28]! >> 4);
  let packets = 0;
  let endsAt = 0n;
  for (let at = 0; at + 27 <= bytes.byteLength && text(bytes, at, 4) === 'OggS'; ) {
    const lacing = bytes.subarray(at + 27, at + 27 + bytes[at + 26]!);
    // The granule position of a page: samples up to its end; -1 where no packet ends on it.
    const position = bytes.readBigInt64LE(at + 6);
    if (position > endsAt) endsAt = position;
    packets += lacing.reduce((count, length) => count + (length < 255 ? 1 : 0), 0);
    at += 27 + lacing.byteLength + lacing.reduce((sum, length) => sum + length, 0);
  }
  return {
    format: 'ogg',
    sampleRate: bytes.readUInt32LE(body + 12),
    channels: bytes[body + 11]!,
    samplesMax: packets * blockMax,
    endsAt: Number(endsAt),
  };
};

const MP3_KBPS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MP3_KBPS_LOW = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const MP3_HERTZ = [44_100, 48_000, 32_000];

/** The header of a frame of layer III (ISO 11172-3, 2.4.1.3 and ISO 13818-3), or null. */
const mp3Frame = (bytes: Buffer, at: number) => {
  if (at + 4 > bytes.byteLength || bytes[at] !== 0xff || (bytes[at + 1]! & 0xe6) !== 0xe2) return null;
  const version = (bytes[at + 1]! >> 3) & 3;
  const [rate, hertz] = [bytes[at + 2]! >> 4, MP3_HERTZ[(bytes[at + 2]! >> 2) & 3]];
  const kbps = (version === 3 ? MP3_KBPS : MP3_KBPS_LOW)[rate];
  if (version === 1 || hertz === undefined || kbps === undefined || kbps === 0) return null;
  const sampleRate = version === 3 ? hertz : version === 2 ? hertz / 2 : hertz / 4;
  const samples = version === 3 ? 1152 : 576;
  const padding = (bytes[at + 2]! >> 1) & 1;
  return {
    sampleRate,
    samples,
    channels: bytes[at + 3]! >> 6 === 3 ? 1 : 2,
    length: Math.floor((samples * 125 * kbps) / sampleRate) + padding,
  };
};

const ofMp3 = (bytes: Buffer): AudioHeader | null => {
  // ID3v2.4.0, 3.1: the size is four times seven bits.
  const tag = text(bytes, 0, 3) === 'ID3' && bytes.byteLength >= 10;
  const tagBytes = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (tag ? bytes[at]! & 0x7f : 0), 0);
  let first: { readonly sampleRate: number; readonly channels: number } | undefined;
  let samplesMax = 0;
  for (let at = tag ? 10 + tagBytes : 0; at >= 0; ) {
    const frame = mp3Frame(bytes, at);
    if (frame === null) at = bytes.indexOf(0xff, at + 1);
    else {
      first ??= frame;
      samplesMax += frame.samples;
      at += Math.max(frame.length, 1);
    }
  }
  if (first === undefined) return null;
  const { sampleRate, channels } = first;
  return { format: 'mp3', sampleRate, channels, samplesMax };
};

/** Null for what is none of WAV, FLAC, MP3 and Ogg Vorbis. */
export const readAudioHeader = (raw: Uint8Array): AudioHeader | null => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 4) === 'WAVE') return ofWav(bytes);
  if (text(bytes, 0, 4) === 'fLaC') return ofFlac(bytes);
  if (text(bytes, 0, 4) === 'OggS') return ofOgg(bytes);
  return ofMp3(bytes);
};
