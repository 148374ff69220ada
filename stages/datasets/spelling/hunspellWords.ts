interface Affix {
  readonly strip: string;
  readonly add: string;
  readonly condition: RegExp;
}
interface AffixClass {
  readonly isPrefix: boolean;
  /** Whether the other side may have one too. */
  readonly crosses: boolean;
  readonly affixes: Affix[];
}

const parseAffixes = (aff: string): ReadonlyMap<string, AffixClass> => {
  const classes = new Map<string, AffixClass>();
  for (const line of aff.split('\n')) {
    const [kind, flag = '', first = '', add = '', condition] = line.trim().split(/\s+/);
    if (kind !== 'PFX' && kind !== 'SFX') continue;
    const isPrefix = kind === 'PFX';
    const known = classes.get(flag);
    if (known === undefined) {
      classes.set(flag, { isPrefix, crosses: first === 'Y', affixes: [] });
      continue;
    }
    const pattern = condition === undefined || condition === '.' ? '' : condition;
    known.affixes.push({
      strip: first === '0' ? '' : first,
      add: (add === '0' ? '' : add).split('/')[0] as string,
      condition: new RegExp(isPrefix ? `^${pattern}` : `${pattern}$`, 'u'),
    });
  }
  return classes;
};

const formsBy = (stem: string, { isPrefix, affixes }: AffixClass): string[] =>
  affixes
    .filter(
      ({ condition, strip }) =>
        condition.test(stem) && (isPrefix ? stem.startsWith(strip) : stem.endsWith(strip)),
    )
    .map(({ strip, add }) =>
      isPrefix ? add + stem.slice(strip.length) : stem.slice(0, stem.length - strip.length) + add,
    );

/**
 * Every word of a Hunspell dictionary with one-character flags: stems with their suffixes, prefixes and, where both
 * classes allow it, both. Compounds are left out: of English they are numerals only.
 */
export const hunspellWords = (aff: string, dic: string): ReadonlySet<string> => {
  const classes = parseAffixes(aff);
  const words = new Set<string>();
  for (const line of dic.split('\n').slice(1)) {
    const [stem = '', flags = ''] = line.trim().split('/');
    if (stem === '' || /\d/.test(stem)) continue;
    words.add(stem);
    const own = [...flags].flatMap((flag) => classes.get(flag) ?? []);
    const prefixes = own.filter(({ isPrefix }) => isPrefix);
    for (const suffix of own.filter(({ isPrefix }) => !isPrefix))
      for (const form of formsBy(stem, suffix)) {
        words.add(form);
        if (!suffix.crosses) continue;
        for (const prefix of prefixes)
          if (prefix.crosses) for (const both of formsBy(form, prefix)) words.add(both);
      }
    for (const prefix of prefixes) for (const form of formsBy(stem, prefix)) words.add(form);
  }
  return words;
};
