import { createHmac } from 'node:crypto';
import type { PiiKind } from '../../../contracts/index.js';
import { type Found, findPii } from '../pii/findPii.js';
import { counted, rewritten } from './rewrite.js';
import { type CorpusRule, dropped, kept } from './rule.js';

/** Eight bytes: among a million values two share a pseudonym once in forty million data sets. */
const PSEUDONYM_HEX = 16;

const NAMES: Readonly<Record<PiiKind, string>> = {
  email: 'EMAIL',
  phone: 'PHONE',
  card: 'CARD',
  iban: 'IBAN',
  ip: 'IP',
  'us-ssn': 'US-SSN',
  'de-tax-id': 'DE-TAX-ID',
  'cn-resident-id': 'CN-RESIDENT-ID',
  'fr-nir': 'FR-NIR',
  'uk-nino': 'UK-NINO',
};

const summary = (found: readonly Found[]): string => {
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  return kinds.map((kind) => counted(found.filter((one) => one.kind === kind).length, kind, kind)).join(', ');
};

/** Personal data by patterns and check digits. The key of the pseudonyms is resolved when the cleaning begins. */
export const pii: CorpusRule = {
  name: 'pii',
  version: 1,
  on: { section: 'pii' },
  reasons: ['personal-data'],
  sees: 'texts',
  learns: false,
  begin: async ({ pii: recipe }, { secrets }) => {
    if (recipe === undefined) return null;
    const { kinds, action, key } = recipe;
    const secret = action === 'hash' && key !== undefined ? await secrets.resolve(key) : null;
    const replacement = ({ kind, canonical }: Found): string => {
      if (secret === null) return `[${NAMES[kind]}]`;
      const digest = createHmac('sha256', secret).update(`${kind}:${canonical}`).digest('hex');
      return `[${NAMES[kind]}:${digest.slice(0, PSEUDONYM_HEX)}]`;
    };
    return {
      apply: (draft) => {
        const found = findPii(draft.text, kinds);
        if (found.length === 0) return kept(draft);
        if (action === 'drop') return dropped('personal-data', summary(found));
        const edits = found.map((one) => ({ start: one.start, end: one.end, by: replacement(one) }));
        const done = action === 'mask' ? 'masked' : 'made pseudonyms';
        return rewritten(draft, edits, () => `${summary(found)} ${done}`);
      },
    };
  },
};
