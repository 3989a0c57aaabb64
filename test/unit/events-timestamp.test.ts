// Every ISO 8601 form of an instant gives that instant; what is no date of the calendar gives nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseTimestamp } from '../../events/timestamp.ts';

const instant = fc.integer({ min: Date.UTC(1, 0, 2), max: Date.UTC(9998, 11, 30) });
const twoDigits = (value: number) => String(value).padStart(2, '0');

function written(
  time: number,
  offsetMinutes: number,
  separator: string,
  colon: string,
  digits: string,
): string {
  const local = new Date(time + offsetMinutes * 60_000).toISOString().replace('T', separator).slice(0, -1);
  const size = Math.abs(offsetMinutes);
  const sign = offsetMinutes < 0 ? '-' : '+';
  return `${local}${digits}${sign}${twoDigits(Math.floor(size / 60))}${colon}${twoDigits(size % 60)}`;
}

describe('an instant', () => {
  it('is the same with Z, with no offset, and with any offset', () => {
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: -18 * 60, max: 18 * 60 }),
        fc.constantFrom('T', ' ', 't'),
        fc.constantFrom(':', ''),
        fc.stringMatching(/^\d{0,6}$/),
        (time, offset, separator, colon, digits) => {
          const iso = new Date(time).toISOString();
          expect(parseTimestamp(iso)).toBe(time);
          expect(parseTimestamp(iso.slice(0, -1))).toBe(time);
          expect(parseTimestamp(iso.replace('T', ' ').replace('Z', digits))).toBe(time);
          expect(parseTimestamp(written(time, offset, separator, colon, digits))).toBe(time);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2024-02-29T10:30', Date.UTC(2024, 1, 29, 10, 30)],
    ['2024-02-29T10:30+02', Date.UTC(2024, 1, 29, 8, 30)],
    ['2024-02-29T10:30:00.1Z', Date.UTC(2024, 1, 29, 10, 30, 0, 100)],
    ['2024-02-29T10:30:00,25Z', Date.UTC(2024, 1, 29, 10, 30, 0, 250)],
    ['2024-02-29T10:30:00.999999999Z', Date.UTC(2024, 1, 29, 10, 30, 0, 999)],
    ['2024-02-29 10:30:00 +00:00', Date.UTC(2024, 1, 29, 10, 30)],
    [' 2024-02-29T10:30:00z ', Date.UTC(2024, 1, 29, 10, 30)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['0099-01-01T00:00:00Z', -59_042_995_200_000],
  ])('%s is read', (text, time) => {
    expect(parseTimestamp(text)).toBe(time);
  });
});

describe('no instant', () => {
  it.each([
    '',
    'now',
    '1700000000',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-10T00:00:00Z',
    '2024-04-31',
    '2024-01-00',
    '2024-01-01T24:30:00Z',
    '2024-01-01T10:60:00Z',
    '2024-01-01T10:00:61Z',
    '2024-01-01T10:00:00+25:00',
    '2024-01-01T10:00:00+02:75',
    '2024-01-01T10:00:00 CET',
    '2024-1-1',
    '17/05/2026',
    'Sun, 17 May 2026 10:00:00 GMT',
    '2024-01-01T10:00:00Z; DROP',
    '２０２４-01-01',
  ])('is guessed from %j', (text) => {
    expect(parseTimestamp(text)).toBeNull();
  });

  it('is found where the calendar has none', () => {
    const part = (most: number) => fc.integer({ min: 0, max: most }).map(twoDigits);
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 9999 }), part(99), part(99), (year, month, day) => {
        const date = `${year}-${month}-${day}`;
        const platform = new Date(`${date}T00:00:00Z`);
        const exists = !Number.isNaN(platform.getTime()) && platform.toISOString().startsWith(date);
        expect(parseTimestamp(date)).toBe(exists ? platform.getTime() : null);
      }),
      { numRuns: 1000 },
    );
  });

  it('makes anything throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const time = parseTimestamp(text);
        expect(time === null || Number.isFinite(time)).toBe(true);
      }),
    );
  });
});
