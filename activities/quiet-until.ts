import type { QuietHours } from '../settings/quiet-hours.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** When the quiet hours that an instant lies in end; both in milliseconds since 1970, `null` outside of quiet hours. */
export type QuietUntil = (at: number) => number | null;

/**
 * Quiet hours by the wall clock of a time zone. They begin at their first minute and are over at their end. Where a clock
 * that is put back shows a time twice, they begin at the first and end at the last of the two; a time that a clock put
 * forward leaves out is the instant of the change. So a night is one stretch, and never shorter than it was meant.
 */
export function createQuietUntil(hours: QuietHours | null, timeZone: string): QuietUntil {
  if (hours === null) return () => null;
  const { startMinute, endMinute } = hours;
  const zone = new WallClock(timeZone);
  const endsNextDay = endMinute < startMinute;

  return (at) => {
    const today = Math.floor(zone.timeAt(at) / dayMs) * dayMs;
    // A clock that is put back over midnight shows yesterday in quiet hours that have begun.
    for (const day of [today - dayMs, today, today + dayMs]) {
      const start = zone.instantsOf(day + startMinute * minuteMs).first;
      const end = zone.instantsOf(day + endMinute * minuteMs + (endsNextDay ? dayMs : 0)).last;
      if (start <= at && at < end) return end;
    }
    return null;
  };
}

/** The clock on the wall of a time zone. Its times are written as the milliseconds since 1970 that they would be in UTC. */
class WallClock {
  private readonly format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  timeAt(instant: number): number {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.format.formatToParts(instant)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    const milliseconds = ((instant % 1000) + 1000) % 1000;
    return Date.UTC(year, month - 1, day, hour, minute, second) + milliseconds;
  }

  /** The instants at which the clock shows a time: the same one, but for times that a change shows twice or leaves out. */
  instantsOf(time: number): { readonly first: number; readonly last: number } {
    // No clock is further from UTC than a day, and no zone changes twice within three.
    const before = time - dayMs;
    const after = time + dayMs;
    const candidates = [before, after].map((instant) => time - this.offsetAt(instant));
    const shown = candidates.filter((instant) => this.timeAt(instant) === time);
    if (shown.length > 0) return { first: Math.min(...shown), last: Math.max(...shown) };
    const change = this.changeBetween(before, after);
    return { first: change, last: change };
  }

  private offsetAt(instant: number): number {
    return this.timeAt(instant) - instant;
  }

  /** The first instant of the offset that holds at `after`, where another one holds at `before`. */
  private changeBetween(before: number, after: number): number {
    const offset = this.offsetAt(after);
    let [low, high] = [before, after];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetAt(middle) === offset) high = middle;
      else low = middle;
    }
    return high;
  }
}
