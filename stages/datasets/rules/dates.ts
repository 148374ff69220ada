import * as chrono from 'chrono-node';
import { DateTime } from 'luxon';
import { meets, protectedRanges } from '../text/protectedRanges.js';
import { counted, type Edit, rewritten, untangled } from './rewrite.js';
import { optionalRule } from './rule.js';

type Parsed = ReturnType<typeof chrono.en.strict.parse>[number]['start'];

const PARSERS = {
  en: chrono.en.strict,
  'en-GB': chrono.en.GB,
  de: chrono.de.strict,
  fr: chrono.fr.strict,
  zh: chrono.zh.hans.strict,
} as const;

/** Only what depends on it is left out: days and months without their year. */
const REFERENCE = new Date(Date.UTC(2000, 0, 1));

/** Longer lines hold no more dates than a search of all their words is worth. */
const LINE_CHARACTERS_MAX = 2000;

const isoOf = (found: Parsed): string | null => {
  if (!(['year', 'month', 'day'] as const).every((part) => found.isCertain(part))) return null;
  const get = (part: Parameters<Parsed['get']>[0]) => found.get(part) ?? 0;
  const timed = found.isCertain('hour');
  const offset = found.isCertain('timezoneOffset') ? get('timezoneOffset') : null;
  const instant = DateTime.fromObject(
    {
      year: get('year'),
      month: get('month'),
      day: get('day'),
      ...(timed && { hour: get('hour'), minute: get('minute'), second: get('second') }),
    },
    {
      zone:
        offset === null
          ? 'utc'
          : `UTC${offset < 0 ? '-' : '+'}${Math.floor(Math.abs(offset) / 60)}:${String(Math.abs(offset) % 60).padStart(2, '0')}`,
    },
  );
  if (!instant.isValid) return null;
  return timed
    ? instant.toISO({ suppressMilliseconds: true, suppressSeconds: true, includeOffset: offset !== null })
    : instant.toISODate();
};

const PREPOSITION = /^(?:on|am|den|le|du)\s+/i;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}/;
/** A number that goes on in either direction is a code, an address or a version. */
const INSIDE_CODE = /[\p{L}\p{N}._/-]$/u;
const GOES_ON = /^(?:[\p{sc=Latin}\p{N}_]|[.:/-][\p{L}\p{N}])/u;

const dateEdits = (line: string, offset: number, locale: keyof typeof PARSERS): Edit[] => {
  if (!/\d|[一二三四五六七八九〇零]/u.test(line) || line.length > LINE_CHARACTERS_MAX) return [];
  return PARSERS[locale].parse(line, REFERENCE).flatMap(({ index, text, start, end }) => {
    const before = line.slice(Math.max(0, index - 1), index);
    if (
      ISO_DATE.test(text) ||
      (locale !== 'zh' && INSIDE_CODE.test(before)) ||
      GOES_ON.test(line.slice(index + text.length))
    )
      return [];
    const from = isoOf(start);
    const to = end === null || end === undefined ? null : isoOf(end);
    if (from === null || (end && to === null)) return [];
    // The parser takes the preposition before a weekday for a part of the date.
    const lead = PREPOSITION.exec(text)?.[0].length ?? 0;
    // ISO 8601-1, 5.5: an interval by its start and its end.
    return [
      {
        start: offset + index + lead,
        end: offset + index + text.length,
        by: to === null ? from : `${from}/${to}`,
      },
    ];
  });
};

/** Dates with day, month and year become ISO 8601, read in the order of the locale; others stay. */
export const dates = optionalRule(
  { section: 'dates', name: 'dates', version: 1, reasons: [] },
  (draft, { locale }) => {
    let offset = 0;
    const edits: Edit[] = [];
    for (const line of draft.text.split('\n')) {
      edits.push(...dateEdits(line, offset, locale));
      offset += line.length + 1;
    }
    const ranges = protectedRanges(draft.text);
    const dated = untangled(edits).filter((edit) => !meets(ranges, edit));
    return rewritten(draft, dated, (count) => `${counted(count, 'date')} rewritten as ISO 8601`);
  },
);
