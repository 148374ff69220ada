import chardet from 'chardet';
import iconv from 'iconv-lite';

export interface DecodedText {
  readonly text: string;
  /** The charset the bytes above 127 were read in; null when there are none. */
  readonly charset: string | null;
  /** What had to be decided against or without the declaration, or null. */
  readonly note: string | null;
}

const SAMPLE_BYTES = 8 * 1024;
const ESCAPE = 0x1b;
/** Charsets that write everything in seven bits. */
const SHIFTED = /^(utf-?7|utf-?16|utf-?32|hz|iso-2022-jp|csiso2022jp)/;
const LATIN = /^(iso-?8859-?(1|2|3|4|9|10|13|14|15|16)|windows-?125[0247]|us-?ascii|ascii|macintosh)$/i;
/** Names that state no charset: mail programs write them when they do not know. */
const UNSTATED =
  /^(us-ascii|ascii|ansi_x3\.4-1968|unknown-8bit|x-unknown|unknown|default|none|iso-8859|8bit)$/i;
/** iconv-lite has no escape-sequence charsets; the platform decodes the Japanese one. */
const ESCAPED = /^(iso-2022-jp|csiso2022jp)/i;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const lenientUtf8 = new TextDecoder('utf-8');
const DAMAGE = 'unreadable bytes removed';

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Null for what is not UTF-8. A few broken bytes among many good sequences are damage, such as a cut. */
const asUtf8 = (bytes: Uint8Array): { readonly text: string; readonly damaged: boolean } | null => {
  try {
    return { text: strictUtf8.decode(bytes), damaged: false };
  } catch {
    const text = lenientUtf8.decode(bytes);
    const broken = count(text, /\uFFFD/g);
    const whole = count(text, /[\u0080-\uFFFC]/g);
    return whole >= 2 * broken ? { text, damaged: true } : null;
  }
};

/** The WHATWG reads iso-8859-1 as windows-1252: mails that say the one mean the other. */
const supersetOf = (charset: string): string =>
  /^(iso-?8859-?1|latin-?1)$/i.test(charset) ? 'windows-1252' : charset;

const decodeAs = (bytes: Uint8Array, charset: string): string =>
  ESCAPED.test(charset)
    ? new TextDecoder('iso-2022-jp').decode(bytes)
    : iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), supersetOf(charset));

const isKnown = (charset: string): boolean => ESCAPED.test(charset) || iconv.encodingExists(charset);

const BROKEN = /[\uFFFD\u0080-\u009F\uE000-\uF8FF\uFF61-\uFF9F]/g;
/** Letters of scripts that are not written within Latin words, next to a Latin letter; frames drawn next to letters. */
const MIXED =
  /[A-Za-z][\p{sc=Cyrl}\p{sc=Grek}\p{sc=Arab}\p{sc=Hebr}\p{sc=Thai}]|[\p{sc=Cyrl}\p{sc=Grek}\p{sc=Arab}\p{sc=Hebr}\p{sc=Thai}][A-Za-z]|[A-Za-z][\p{sc=Han}\p{sc=Hang}][A-Za-z]|\p{L}[\u2500-\u259F]|[\u2500-\u259F]\p{L}/gu;
const LONE = /(?<![\p{L}\p{M}])[\p{sc=Arab}\p{sc=Hebr}\p{sc=Thai}](?![\p{L}\p{M}])/gu;
const ACCENTS = /[\u00A1-\u00FF]{3,}|(?:[\u201A\u0192][^\n]){3,}/g;

/**
 * How little a text looks like one that was decoded rightly: characters that no text has (half-width
 * katakana among them, which are what other Asian charsets look like when read as Shift_JIS), scripts mixed
 * within words, strings of unlike accents. Zero for ordinary text in any script.
 */
const oddness = (text: string): number =>
  3 * count(text, BROKEN) +
  count(text, MIXED) +
  count(text, LONE) +
  2 * (text.match(ACCENTS)?.filter((run) => new Set(run).size >= 3).length ?? 0);

interface HighBytes {
  readonly count: number;
  /** Share of bytes above 127 that stand beside another one. */
  readonly adjacent: number;
}

/** No-break spaces come in rows in any charset and say nothing. */
const isHigh = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x80 && byte !== 0xa0;

const highBytes = (bytes: Uint8Array): HighBytes => {
  let found = 0;
  let adjacent = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    if (!isHigh(bytes[index])) continue;
    found += 1;
    if (isHigh(bytes[index - 1]) || isHigh(bytes[index + 1])) adjacent += 1;
  }
  return { count: found, adjacent: found === 0 ? 0 : adjacent / found };
};

/** The lines that hold bytes above 127, up to a bound: the rest tells charsets not apart. */
const sampleOf = (bytes: Uint8Array): Uint8Array => {
  const lines: Uint8Array[] = [];
  let size = 0;
  for (let start = 0; start < bytes.length && size < SAMPLE_BYTES; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = Math.min(newline < 0 ? bytes.length : newline + 1, start + SAMPLE_BYTES - size);
    const line = bytes.subarray(start, end);
    if (line.some(isHigh)) {
      lines.push(line);
      size += line.length;
    }
    start = end;
  }
  return size === 0 ? bytes.subarray(0, SAMPLE_BYTES) : Buffer.concat(lines);
};

/** Below this share the bytes above 127 are accents within Latin words; above it, whole words of a script. */
const LATIN_ADJACENT_MAX = 0.5;
/** With fewer high bytes, statistics are guesses. */
const EVIDENCE_BYTES_MIN = 6;
/** Detected from accident rather than for good: they give some letter to nearly every byte. */
const IMPLAUSIBLE = /^(utf-?(16|32)|windows-?(1258|874)|ibm)/i;

/**
 * The charset under which the bytes look least odd, of those that statistical detection (chardet) names; how
 * the high bytes stand decides whether Latin ones come first.
 */
const detect = (bytes: Uint8Array): string => {
  const sample = sampleOf(bytes);
  const high = highBytes(sample);
  const named = chardet
    .analyse(sample)
    .map(({ name }) => supersetOf(name as string))
    .filter((name) => isKnown(name) && !IMPLAUSIBLE.test(name));
  const latin = named.filter((name) => LATIN.test(name));
  const others = named.filter((name) => !LATIN.test(name));
  const order =
    high.count < EVIDENCE_BYTES_MIN
      ? ['windows-1252', ...others, ...latin]
      : high.adjacent < LATIN_ADJACENT_MAX
        ? [...latin, 'windows-1252', ...others]
        : [...others, ...latin, 'windows-1252'];
  let best = 'windows-1252';
  let least = Number.POSITIVE_INFINITY;
  for (const charset of new Set(order)) {
    const odd = oddness(decodeAs(sample, charset));
    if (odd < least) [best, least] = [charset, odd];
    if (odd === 0) break;
  }
  return best.toLowerCase();
};

const isAscii = (bytes: Uint8Array): boolean => {
  for (let index = 0; index < bytes.length; index += 1) if ((bytes[index] as number) >= 0x80) return false;
  return true;
};

/** A declared charset of another script that explains this much is right, and the rest is damage. */
const ODD_SHARE_MAX = 0.25;

/**
 * Decodes text whose declared charset may be missing or wrong. A declaration counts unless the bytes speak
 * against it: they do not decode, they are valid UTF-8, or another charset gives a less odd text.
 */
export const decodeText = (bytes: Uint8Array, declaredCharset: string | null): DecodedText => {
  const stated = declaredCharset?.trim().toLowerCase() ?? '';
  const declared = stated === '' || UNSTATED.test(stated) || !isKnown(stated) ? null : stated;
  if (isAscii(bytes)) {
    const shifted = declared !== null && SHIFTED.test(declared) ? declared : null;
    const charset = shifted ?? (bytes.includes(ESCAPE) ? 'iso-2022-jp' : 'ascii');
    return { text: decodeAs(bytes, charset), charset: shifted, note: null };
  }
  const utf8 = asUtf8(bytes);
  if (utf8 !== null && (declared === null || LATIN.test(declared) || /^utf-?8$/.test(declared))) {
    const notes = [
      ...(declared !== null && LATIN.test(declared) ? [`charset ${declared} is wrong, read as utf-8`] : []),
      ...(utf8.damaged ? [DAMAGE] : []),
    ];
    return { text: utf8.text, charset: 'utf-8', note: notes.length === 0 ? null : notes.join('; ') };
  }
  if (declared !== null) {
    const text = decodeAs(bytes, declared);
    const odd = oddness(text);
    const mostlyFine = !LATIN.test(declared) && odd < ODD_SHARE_MAX * count(text, /[\u0080-\uFFFF]/g);
    const found = odd === 0 || mostlyFine ? declared : detect(bytes);
    const instead = found === declared ? text : decodeAs(bytes, found);
    // Bytes that no charset explains are damage; then the declaration is as good as any.
    if (oddness(instead) >= odd)
      return { text, charset: declared, note: text.includes('\uFFFD') ? DAMAGE : null };
    return { text: instead, charset: found, note: `charset ${declared} is wrong, read as ${found}` };
  }
  const charset = detect(bytes);
  return { text: decodeAs(bytes, charset), charset, note: `charset guessed as ${charset}` };
};
