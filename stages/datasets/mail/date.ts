const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Obsolete zones of RFC 5322, 4.3, in hours; the military ones mean nothing certain and count as UTC. */
const ZONE_HOURS: Readonly<Record<string, number>> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};

const CLOCK = '(?<hour>\\d{1,2})[:.](?<minute>\\d{1,2})(?:[:.](?<second>\\d{1,2}))?';
const USUAL = new RegExp(
  `^(?:[a-z]{2,9}\\s*,?\\s*)?(?<day>\\d{1,2})[\\s-]+(?<month>[a-z]{3})[a-z]*\\.?[\\s-]+(?<year>\\d{2,4})\\s+${CLOCK}\\s*(?<half>[ap]m\\b)?\\s*(?<zone>.*)$`,
  'i',
);
/** As C's asctime writes it, which old mail programs sent: "Thu Aug 22 18:26:25 2002 +0700". */
const ASCTIME = new RegExp(
  `^[a-z]{3}\\s+(?<month>[a-z]{3})\\s+(?<day>\\d{1,2})\\s+${CLOCK}\\s+(?:(?<before>[a-z]{2,4})\\s+)?(?<year>\\d{4})\\s*(?<zone>.*)$`,
  'i',
);

/** Minutes east of UTC; null for what is no zone. No zone at all is read as UTC. */
const zoneMinutes = (zone: string): number | null => {
  const named = /^([ecmp])\w+ ([sd])\w+ time/i.exec(zone);
  const first = (named ? `${named[1]}${named[2]}t` : (zone.split(' ')[0] ?? '')).toLowerCase();
  if (first === '') return 0;
  const offset = /^(?:gmt|utc?)?([+-])(\d{1,2}):?(\d{2})?$/.exec(first);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    if (minutes >= 24 * 60) return null;
    return offset[1] === '-' ? -minutes : minutes;
  }
  const hours = ZONE_HOURS[first];
  if (hours !== undefined) return hours * 60;
  return /^[a-ik-z]$/.test(first) ? 0 : null;
};

/**
 * RFC 5322, 4.3: two digits below 50 are of this century, other two- and three-digit years count from 1900.
 * "0102" is what programs wrote in 2002 that put a zero before the years since 1900.
 */
const fullYear = (digits: string): number => {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return year < 1000 ? 1900 + year : year;
};

/** 12 am is midnight; null for what no clock shows. */
const fullHour = (digits: string, half: string | undefined): number | null => {
  const hour = Number(digits);
  if (half === undefined) return hour < 24 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
};

const YEAR_MIN = 1970;
const YEAR_MAX = 2261;

/**
 * The instant of a Date header (RFC 5322 with its obsolete forms, asctime, and the most frequent mistakes) as
 * ISO 8601 in UTC, or null when it cannot be read. Comments in parentheses are left out.
 */
export const parseMailDate = (header: string): string | null => {
  const text = header
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const parts = (USUAL.exec(text) ?? ASCTIME.exec(text))?.groups;
  if (parts === undefined) return null;
  const month = MONTHS.indexOf((parts['month'] ?? '').toLowerCase());
  const day = Number(parts['day']);
  const hour = fullHour(parts['hour'] ?? '', parts['half']);
  const minute = Number(parts['minute']);
  // A leap second is 60, which no ISO instant can say.
  const second = parts['second'] === '60' ? 59 : Number(parts['second'] ?? 0);
  const offsetMinutes = zoneMinutes(parts['before'] ?? parts['zone'] ?? '');
  if (month < 0 || hour === null || offsetMinutes === null || minute > 59 || second > 59) return null;
  const local = new Date(Date.UTC(fullYear(parts['year'] ?? ''), month, day, hour, minute, second));
  if (local.getUTCDate() !== day || local.getUTCMonth() !== month) return null;
  const instant = new Date(local.getTime() - offsetMinutes * 60_000);
  const year = instant.getUTCFullYear();
  return year < YEAR_MIN || year > YEAR_MAX ? null : instant.toISOString();
};
