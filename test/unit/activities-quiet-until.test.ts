/**
 * Protects: quiet hours begin and end by the wall clock of their time zone, also in the nights in which it is changed, across
 * midnight and at both ends; an alert is never held back longer than to the end of its own night.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createQuietUntil } from '../../activities/quiet-until.ts';
import { readSettings } from '../../settings/settings.ts';

const minute = 60_000;
const hour = 60 * minute;

function quietUntil(hours: string, timeZone: string) {
  const settings = readSettings({ ALERT_QUIET_HOURS: hours, ALERT_TIME_ZONE: timeZone });
  const until = createQuietUntil(settings.ALERT_QUIET_HOURS, settings.ALERT_TIME_ZONE);
  return (at: string): string | null => {
    const end = until(Date.parse(at));
    return end === null ? null : new Date(end).toISOString().replace('.000Z', 'Z');
  };
}

describe.each([
  // Berlin's clock is put forward from 02:00 to 03:00 on 2026-03-29, and back from 03:00 to 02:00 on 2026-10-25.
  ['22:00-08:00', 'Europe/Berlin', '2026-03-28T21:00:00Z', '2026-03-29T06:00:00Z', 'nine hours'],
  ['22:00-08:00', 'Europe/Berlin', '2026-10-24T20:00:00Z', '2026-10-25T07:00:00Z', 'eleven hours'],
  ['22:00-02:30', 'Europe/Berlin', '2026-03-28T21:00:00Z', '2026-03-29T01:00:00Z', 'an end left out'],
  ['22:00-02:30', 'Europe/Berlin', '2026-10-24T20:00:00Z', '2026-10-25T01:30:00Z', 'an end shown twice'],
  ['02:30-06:00', 'Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29T04:00:00Z', 'a start left out'],
  ['02:30-06:00', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T05:00:00Z', 'a start shown twice'],
  ['02:10-02:50', 'Europe/Berlin', '2026-10-25T00:10:00Z', '2026-10-25T01:50:00Z', 'both shown twice'],
  ['22:00-08:00', 'Asia/Kolkata', '2026-05-17T16:30:00Z', '2026-05-18T02:30:00Z', 'half an hour off'],
  ['22:00-08:00', 'Australia/Lord_Howe', '2026-04-04T11:00:00Z', '2026-04-04T21:30:00Z', 'half an hour back'],
  [
    '22:00-08:00',
    'Asia/Tokyo',
    '2026-10-24T13:00:00Z',
    '2026-10-24T23:00:00Z',
    'a zone that changes no clock',
  ],
  ['00:00-06:00', 'America/New_York', '2026-05-17T04:00:00Z', '2026-05-17T10:00:00Z', 'from midnight'],
  ['18:00-00:00', 'UTC', '2026-05-17T18:00:00Z', '2026-05-18T00:00:00Z', 'to midnight'],
  ['12:00-14:00', 'UTC', '2026-05-17T12:00:00Z', '2026-05-17T14:00:00Z', 'within a day'],
  // Havana's clock is put back from 01:00 to 00:00.
  [
    '23:30-00:30',
    'America/Havana',
    '2026-11-01T03:30:00Z',
    '2026-11-01T05:30:00Z',
    'an end after midnight, twice',
  ],
])('%s in %s, from %s to %s (%s)', (hours, timeZone, start, end) => {
  const until = quietUntil(hours, timeZone);
  const at = (instant: string, shift: number) => new Date(Date.parse(instant) + shift).toISOString();

  it('begin with their first millisecond, and are over at their end', () => {
    expect(until(at(start, -1))).toBeNull();
    expect(until(start)).toBe(end);
    expect(until(at(end, -1))).toBe(end);
    expect(until(end)).toBeNull();
  });

  it('are one stretch', () => {
    for (let time = Date.parse(start); time < Date.parse(end); time += 5 * minute)
      expect(until(new Date(time).toISOString()), new Date(time).toISOString()).toBe(end);
  });
});

it('are never where none are set', () => {
  for (const hours of ['', 'none'])
    expect(quietUntil(hours, 'Europe/Berlin')('2026-05-17T01:00:00Z')).toBeNull();
});

const zones = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Australia/Adelaide',
  'Pacific/Apia',
];
const minuteOfDay = fc.integer({ min: 0, max: 24 * 60 - 1 });

it('agree with a clock on the wall, but for the nights of a change', () => {
  // A formatter is slow to make: one a zone.
  const clocks = new Map(
    zones.map((timeZone) => [
      timeZone,
      new Intl.DateTimeFormat('de-DE', { timeZone, hour: '2-digit', minute: '2-digit' }),
    ]),
  );
  const wall = (timeZone: string, at: number): number => {
    const clock = clocks.get(timeZone);
    const [hours = 0, minutes = 0] = (clock?.format(at) ?? '').split(':').map(Number);
    return hours * 60 + minutes;
  };
  const moment = fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2035, 0) });
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      minuteOfDay,
      fc.integer({ min: 1, max: 24 * 60 - 1 }),
      moment,
      (timeZone, startMinute, length, at) => {
        // The offset is the same for days around: the wall clock tells all.
        const day = 24 * hour;
        const shows = [-2, -1, 0, 1, 2].map((days) => wall(timeZone, at + days * day));
        fc.pre(new Set(shows).size === 1);
        const endMinute = (startMinute + length) % (24 * 60);
        const into = ((shows[0] ?? 0) - startMinute + 24 * 60) % (24 * 60);
        const end = Math.floor(at / minute) * minute + (length - into) * minute;
        const until = createQuietUntil({ startMinute, endMinute }, timeZone);
        expect(until(at)).toBe(into < length ? end : null);
      },
    ),
    { numRuns: 300 },
  );
});

it('end after the moment that they hold, within two days, whatever the night', () => {
  const changes = [
    '2026-03-29T01:00:00Z',
    '2026-10-25T01:00:00Z',
    '2026-04-04T16:30:00Z',
    '2011-12-30T10:00:00Z',
  ];
  const around = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -36 * hour, max: 36 * hour }))
    .map(([change, shift]) => Date.parse(change) + shift);
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.tuple(minuteOfDay, minuteOfDay).filter(([start, end]) => start !== end),
      around,
      (timeZone, [startMinute, endMinute], at) => {
        const end = createQuietUntil({ startMinute, endMinute }, timeZone)(at);
        if (end === null) return;
        expect(end).toBeGreaterThan(at);
        expect(end - at).toBeLessThanOrEqual(48 * hour);
      },
    ),
    { numRuns: 300 },
  );
});
