import { OfflineAudioContext } from 'node-web-audio-api';
import { readAudioHeader } from './audioHeader.js';

/** All channels together: 512 MiB of 32-bit numbers, 23 minutes of stereo at 48 kHz. */
const NUMBERS_MAX = 2 ** 27;
/** What the decoder's context can have (Web Audio API, 1.1.1). */
const [HERTZ_MIN, HERTZ_MAX, CHANNELS_MAX] = [3000, 768_000, 32];

export interface Sound {
  readonly format: 'wav' | 'flac' | 'mp3' | 'ogg';
  /** Hertz, as in the file. */
  readonly sampleRate: number;
  readonly seconds: number;
  /** PCM of each channel, from -1 to 1. */
  readonly channels: readonly Float32Array[];
}

/** Why a sound cannot be used, as a short kebab-case word. */
export class AudioFault extends Error {
  override readonly name = 'AudioFault';

  constructor(readonly reason: 'malformed-audio' | 'too-long-audio') {
    super(reason);
  }
}

/** WAV, FLAC, MP3 and Ogg Vorbis as PCM at the file's own rate. @throws AudioFault */
export const decodeAudio = async (bytes: Uint8Array): Promise<Sound> => {
  const header = readAudioHeader(bytes);
  if (header === null) throw new AudioFault('malformed-audio');
  const { format, sampleRate, channels, samplesMax, endsAt } = header;
  if (sampleRate < HERTZ_MIN || sampleRate > HERTZ_MAX || channels < 1 || channels > CHANNELS_MAX)
    throw new AudioFault('malformed-audio');
  if (samplesMax * channels > NUMBERS_MAX) throw new AudioFault('too-long-audio');
  // A context of the file's own rate: the decoder resamples to that of its context.
  const context = new OfflineAudioContext(1, 1, sampleRate);
  const copy = new Uint8Array(bytes).buffer;
  const decoded = await context.decodeAudioData(copy).catch(() => {
    throw new AudioFault('malformed-audio');
  });
  const length = Math.min(decoded.length, endsAt ?? decoded.length);
  if (length === 0) throw new AudioFault('malformed-audio');
  return {
    format,
    sampleRate,
    seconds: length / sampleRate,
    channels: Array.from({ length: decoded.numberOfChannels }, (_, index) =>
      decoded.getChannelData(index).subarray(0, length),
    ),
  };
};
