import { Converter } from 'opencc-js';
import { counted, type Edit, rewritten } from './rewrite.js';
import { optionalRule } from './rule.js';

type Place = 'cn' | 'tw' | 'twp' | 'hk' | 't';
/** The package's own types do not resolve under Node's rules for modules. */
type CreateConverter = (options: { readonly from: Place; readonly to: Place }) => (text: string) => string;
const createConverter = Converter as CreateConverter;
const converters = new Map<string, (text: string) => string>();
const converter = (from: Place, to: Place): ((text: string) => string) => {
  const key = `${from} ${to}`;
  const convert = converters.get(key) ?? createConverter({ from, to });
  converters.set(key, convert);
  return convert;
};

const HAN_RUN = /[\p{sc=Han}\u3000-\u303F]+/gu;

/** Character by character where phrases keep their length, else the stretch between what is equal at both ends. */
const differences = (before: string, after: string, offset: number): Edit[] => {
  const [from, to] = [[...before], [...after]];
  if (from.length === to.length) {
    const edits: Edit[] = [];
    let at = offset;
    from.forEach((character, index) => {
      const by = to[index] as string;
      if (by !== character) edits.push({ start: at, end: at + character.length, by });
      at += character.length;
    });
    return edits;
  }
  let head = 0;
  // At least one character stays on each side: a longer phrase must take the place of something.
  while (head < Math.min(from.length, to.length) - 1 && from[head] === to[head]) head += 1;
  let tail = 0;
  while (
    tail < Math.min(from.length, to.length) - head - 1 &&
    from[from.length - 1 - tail] === to[to.length - 1 - tail]
  )
    tail += 1;
  const start = offset + from.slice(0, head).join('').length;
  const replaced = from.slice(head, from.length - tail).join('');
  return [{ start, end: start + replaced.length, by: to.slice(head, to.length - tail).join('') }];
};

/** Traditional and Simplified Chinese by OpenCC's tables: the longest phrase first, then characters. */
export const han = optionalRule(
  { section: 'han', name: 'han', version: 1, reasons: [] },
  (draft, { from, to }) => {
    if (from === to) return rewritten(draft, [], String);
    const convert = converter(from, to);
    const edits = [...draft.text.matchAll(HAN_RUN)].flatMap(({ 0: run, index }) =>
      differences(run, convert(run), index),
    );
    return rewritten(
      draft,
      edits,
      (count) => `${counted(count, 'Chinese character')} converted from ${from} to ${to}`,
    );
  },
);
