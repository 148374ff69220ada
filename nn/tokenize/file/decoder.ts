import { IDS_MAX, invalid, natural, oneOf, text } from './fields.js';
import { checkReplace } from './normalizer.js';
import { checkMetaspace, oneCharacter } from './preTokenizer.js';
import { components } from './sequence.js';

const PLAIN = ['BPEDecoder', 'ByteFallback', 'ByteLevel', 'Fuse'] as const;
const TYPES = [...PLAIN, 'Metaspace', 'Replace', 'Strip', 'WordPiece'] as const;

const GROWTH_MAX = 256;

/** Verifies the decoder: known types, and nothing that reads before the start of a token or multiplies texts. */
export function checkDecoder(value: unknown): void {
  let growth = 1;
  for (const part of components(value, 'decoders', 'decoder')) {
    switch (oneOf(part['type'], TYPES, 'decoder.type')) {
      case 'Metaspace':
        checkMetaspace(part, 'decoder');
        break;
      case 'Replace':
        growth *= checkReplace(part, 'decoder');
        break;
      case 'Strip':
        oneCharacter(part['content'], 'decoder.content');
        natural(part['start'], IDS_MAX, 'decoder.start');
        // The reference counts back from the end past the start of a short token, which ends the process.
        natural(part['stop'], 1, 'decoder.stop');
        break;
      case 'WordPiece':
        text(part['prefix'], 'decoder.prefix');
        break;
      default:
        break; // Has nothing to verify.
    }
  }
  if (growth > GROWTH_MAX) throw invalid(`its decoder makes texts up to ${growth} times as long`);
}
