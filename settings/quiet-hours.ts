import { z } from 'zod';

/** A part of every day, in minutes since its midnight. An end before the start is on the next day. */
export interface QuietHours {
  readonly startMinute: number;
  readonly endMinute: number;
}

const timeOfDay = '([01]\\d|2[0-3]):([0-5]\\d)';
const hours = new RegExp(`^${timeOfDay}\\s*-\\s*${timeOfDay}$`);

/** Hours of the day such as `22:00-08:00`; `null` for `none`, which is also what it is where nothing is set. */
export const quietHours = z
  .string()
  .default('none')
  .transform((text, context): QuietHours | null => {
    if (text.trim() === 'none') return null;
    const [, ...parts] = hours.exec(text.trim()) ?? [];
    const [startHour = 0, startRest = 0, endHour = 0, endRest = 0] = parts.map(Number);
    const startMinute = startHour * 60 + startRest;
    const endMinute = endHour * 60 + endRest;
    // Hours without an end would hold alerts back for ever.
    if (parts.length === 4 && startMinute !== endMinute) return { startMinute, endMinute };
    context.addIssue({
      code: 'custom',
      message: 'expected none, or two different times from 00:00 to 23:59, such as 22:00-08:00',
    });
    return z.NEVER;
  });

/** A time zone that this process knows, by its IANA name. */
export const timeZone = z
  .string()
  .default('UTC')
  .refine(isKnownTimeZone, 'expected the IANA name of a time zone, such as Europe/Berlin or UTC');

function isKnownTimeZone(name: string): boolean {
  // Some releases of Node also take offsets such as +02:00, which know nothing of daylight saving time.
  if (!/^[a-z]/i.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
