import { isUtf8 } from 'node:buffer';
import { invalid } from './fields.js';

/** SentencePiece's own NFKC table has 240 KB; the longest form in it (U+FDFA) has 33 bytes. */
const BYTES_MAX = 2 ** 22;
const FORM_BYTES_MAX = 64;

/**
 * Verifies a SentencePiece `precompiled_charsmap`: base64 of a length, a double-array trie (Darts) of that many bytes and
 * the replacements, each ended by NUL. The reference reads past its end, which ends the process, so every step that some
 * text could take is walked here. Returns how many times as long a text can become.
 *
 * Source of the layout: `spm_precompiled`, and `Normalizer::DecodePrecompiledCharsMap` in SentencePiece.
 */
export function checkCharsMap(value: unknown): number {
  if (typeof value !== 'string') throw invalid('its precompiled_charsmap is not a string');
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value) throw invalid('its precompiled_charsmap is not base64');
  if (bytes.length > BYTES_MAX) throw invalid(`its precompiled_charsmap has ${bytes.length} bytes`);
  const trieBytes = bytes.length < 4 ? -1 : bytes.readUInt32LE(0);
  if (trieBytes < 4 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) {
    throw invalid('the trie of its precompiled_charsmap does not fit into it');
  }
  const units = new Uint32Array(trieBytes / 4);
  for (let i = 0; i < units.length; i++) units[i] = bytes.readUInt32LE(4 + i * 4);
  const forms = bytes.subarray(4 + trieBytes);
  if (!isUtf8(forms)) throw invalid('the replacements of its precompiled_charsmap are not UTF-8');
  return replacementStarts(units).reduce((longest, start) => Math.max(longest, formLength(forms, start)), 1);
}

/** Where in the replacements each key of the trie leads. Every unit is entered once, so a cycle ends too. */
function replacementStarts(units: Uint32Array): number[] {
  const starts: number[] = [];
  const seen = new Uint8Array(units.length);
  const open = [childrenOf(0, units[0]!)];
  for (let children = open.pop(); children !== undefined; children = open.pop()) {
    // The reference looks at the child for any byte before it compares the label.
    if ((children | 0xff) >= units.length)
      throw invalid('the trie of its precompiled_charsmap leads outside');
    for (let label = 1; label < 256; label++) {
      const at = children ^ label;
      const unit = units[at]!;
      if ((unit & 0x8000_00ff) >>> 0 !== label || seen[at]) continue;
      seen[at] = 1;
      const below = childrenOf(at, unit);
      if (below >= units.length) throw invalid('the trie of its precompiled_charsmap leads outside');
      if (((unit >>> 8) & 1) === 1) starts.push(units[below]! & 0x7fff_ffff);
      open.push(below);
    }
  }
  return starts;
}

function childrenOf(at: number, unit: number): number {
  return (at ^ ((unit >>> 10) << ((unit & 0x200) >>> 6))) >>> 0;
}

function formLength(forms: Buffer, start: number): number {
  const end = start < forms.length ? forms.indexOf(0, start) : -1;
  if (end < 0) throw invalid('a replacement of its precompiled_charsmap lies outside');
  if (end - start > FORM_BYTES_MAX) throw invalid(`a replacement has ${end - start} bytes`);
  if ((forms[start]! & 0xc0) === 0x80)
    throw invalid('a replacement of its precompiled_charsmap is half a character');
  return end - start;
}
