const iso8601 =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The calendar repeats every 400 years: counted one cycle later, as `Date.UTC` takes the years 0 to 99 for 1900 to 1999. */
const gregorianCycleYears = 400;
const gregorianCycleMs = 146_097 * 86_400_000;

/**
 * Milliseconds since 1970 of an ISO 8601 time with an offset, `Z`, or none (then UTC), as the contract has it.
 * `null` for anything else, days that no calendar has included: the platform's own parser would guess.
 */
export function parseTimestamp(text: string): number | null {
  const match = iso8601.exec(text.trim());
  if (!match) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  if (!isCalendarDay(Number(year), Number(month), Number(day))) return null;
  const offsetMinutes = parseOffset(offset);
  if (offsetMinutes === null) return null;
  const cycleLater = Date.UTC(
    Number(year) + gregorianCycleYears,
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    milliseconds,
  );
  return cycleLater - gregorianCycleMs - offsetMinutes * 60_000;
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 && isLeapYear ? 29 : (daysInMonth[month - 1] ?? 0));
}

function parseOffset(offset: string | undefined): number | null {
  if (offset === undefined || offset.toUpperCase() === 'Z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', '') || '0');
  if (hours > 18 || minutes > 59) return null;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
