import type { RecipeOf } from '../../../contracts/index.js';
import { type Edit, editsOf } from '../rules/rewrite.js';
import { decimalOf, type NumberForm } from './numbers.js';

type Units = RecipeOf<'units'>;
type Kind = Exclude<Units['kinds'][number], 'currency'>;

interface Unit {
  readonly kind: Kind;
  /** Value in the kind's own unit: factor times the number, plus the offset. */
  readonly factor: number;
  readonly offset?: number;
  readonly names: Readonly<Partial<Record<'all' | Units['locale'], string>>>;
}

const unit = (kind: Kind, factor: number, names: Unit['names'], offset = 0): Unit => ({
  kind,
  factor,
  names,
  offset,
});

export const BASE_UNITS: Readonly<Record<Kind, string>> = {
  mass: 'kg',
  length: 'm',
  temperature: '°C',
  data: 'B',
};

/**
 * Factors are exact: the international pound and yard of 1959, degrees by definition; data in powers of 1000 (IEC 80000-13),
 * of 1024 for KiB and the like. Names are alternatives of a pattern; `in`, `C` and `K` alone are words or codes.
 */
const UNITS: readonly Unit[] = [
  unit('mass', 1e-6, { all: 'mg', en: 'milligrams?', de: 'Milligramm', fr: 'milligrammes?', zh: '毫克' }),
  unit('mass', 1e-3, { all: 'g', en: 'grams?', de: 'Gramm', fr: 'grammes?', zh: '克' }),
  unit('mass', 1, {
    all: 'kg',
    en: 'kilograms?|kilos?',
    de: 'Kilogramm|Kilo',
    fr: 'kilogrammes?|kilos?',
    zh: '公斤|千克',
  }),
  unit('mass', 0.5, { de: 'Pfund', zh: '市?斤' }),
  unit('mass', 1000, { en: 'tonnes?', de: 't|Tonnen?', fr: 't|tonnes?', zh: '吨' }),
  unit('mass', 0.45359237, { all: 'lbs?', en: 'pounds?(?! sterling)' }),
  unit('mass', 0.028349523125, { all: 'oz', en: 'ounces?' }),
  unit('length', 1e-3, {
    all: 'mm',
    en: 'millimet(?:er|re)s?',
    de: 'Millimeter',
    fr: 'millimètres?',
    zh: '毫米',
  }),
  unit('length', 1e-2, {
    all: 'cm',
    en: 'centimet(?:er|re)s?',
    de: 'Zentimeter',
    fr: 'centimètres?',
    zh: '厘米',
  }),
  unit('length', 1, { all: 'm', en: 'met(?:er|re)s?', de: 'Meter', fr: 'mètres?', zh: '米' }),
  unit('length', 1000, {
    all: 'km',
    en: 'kilomet(?:er|re)s?',
    de: 'Kilometer',
    fr: 'kilomètres?',
    zh: '公里|千米',
  }),
  unit('length', 0.0254, { en: 'inch(?:es)?', de: 'Zoll', fr: 'pouces?', zh: '英寸' }),
  unit('length', 0.3048, { all: 'ft', en: 'feet|foot', zh: '英尺' }),
  unit('length', 0.9144, { all: 'yd', en: 'yards?' }),
  unit('length', 1609.344, { all: 'mi', en: 'miles?', de: 'Meilen?', fr: 'miles?', zh: '英里' }),
  unit('temperature', 1, {
    all: '° ?C|℃',
    en: 'degrees Celsius',
    de: 'Grad Celsius',
    fr: 'degrés Celsius',
    zh: '摄氏度',
  }),
  unit(
    'temperature',
    5 / 9,
    { all: '° ?F|℉', en: 'degrees Fahrenheit', de: 'Grad Fahrenheit', fr: 'degrés Fahrenheit', zh: '华氏度' },
    -160 / 9,
  ),
  unit('temperature', 1, { all: '[Kk]elvin' }, -273.15),
  ...['k', 'M', 'G', 'T', 'P'].flatMap((prefix, index) => [
    unit('data', 1000 ** (index + 1), {
      all: index === 0 ? '[kK]B' : `${prefix}B`,
      fr: index === 0 ? '[kK]o' : `${prefix}o`,
    }),
    unit('data', 1024 ** (index + 1), { all: `${prefix.toUpperCase()}iB` }),
  ]),
  unit('data', 1, { en: 'bytes?', de: 'Bytes?', fr: 'octets?', zh: '字节' }),
  ...['kilo', 'mega', 'giga', 'tera'].map((prefix, index) =>
    unit('data', 1000 ** (index + 1), {
      en: `[${prefix[0]}${prefix[0]?.toUpperCase()}]${prefix.slice(1)}bytes?`,
      de: `[${prefix[0]}${prefix[0]?.toUpperCase()}]${prefix.slice(1)}bytes?`,
    }),
  ),
];

/** No speed, area, volume or rate: a quantity of another kind begins like one of these. */
const AFTER = '(?![\\p{L}\\p{N}_²³^]|/\\p{L}|\\.\\p{L})';

const namesOf = ({ names }: Unit, locale: Units['locale']): string =>
  [names.all, names[locale]].filter((name) => name !== undefined).join('|');

interface Search {
  readonly unit: Unit;
  readonly pattern: RegExp;
}
const searches = new Map<string, readonly Search[]>();

/** A pattern for each unit that has a name in the locale; made once for a locale and a way to write numbers. */
const searchesOf = (locale: Units['locale'], body: string): readonly Search[] => {
  const key = `${locale} ${body}`;
  const known = searches.get(key);
  if (known !== undefined) return known;
  const after = locale === 'zh' ? '(?![\\p{sc=Latin}\\p{N}_²³^]|/\\p{L}|平方|立方)' : AFTER;
  const made = UNITS.flatMap((one): Search[] => {
    const names = namesOf(one, locale);
    const source = `(?<![\\d][-–/×x] ?)(?<minus>(?<![\\p{L}\\p{N}])[-−])?(?<![\\p{sc=Latin}\\p{N}_@#/\\\\]|[\\p{L}\\p{N}][.,:'’-])(?:(?<marked>${body})|(?<plain>\\d+))[ \\u00A0]?(?<name>${names})${after}`;
    return names === '' ? [] : [{ unit: one, pattern: new RegExp(source, 'gu') }];
  });
  searches.set(key, made);
  return made;
};

/** Edits for every quantity of the kinds. A range (5-10 kg) or a fraction is no single quantity and stays. */
export const quantityEdits = (
  text: string,
  locale: Units['locale'],
  kinds: Units['kinds'],
  { body, parse }: NumberForm,
): Edit[] =>
  searchesOf(locale, body)
    .filter(({ unit: { kind } }) => kinds.includes(kind))
    .flatMap(({ unit: { kind, factor, offset = 0 }, pattern }) =>
      editsOf(text, pattern, ({ groups = {} }) => {
        const { minus, marked, plain, name } = groups;
        if (plain !== undefined && name === BASE_UNITS[kind]) return null;
        const value = Number(marked === undefined ? plain : parse(marked)) * (minus === undefined ? 1 : -1);
        const converted = value * factor + offset;
        return Number.isFinite(converted) ? `${decimalOf(converted)} ${BASE_UNITS[kind]}` : null;
      }),
    );
