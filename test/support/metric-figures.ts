import type { Measurement } from '../../events/alert-rule.ts';
import { hour, measured, minute, nothing } from './alert-rule.ts';
import { abandoned, bought, carts, ended, minutes, readings, views, type Given } from './metric-rows.ts';

const day = 24 * hour;
const week = 7 * day;
/** The window's two ends: a quarter of a day apart, so that few rows make a mean of the day before. */
export const end = Date.UTC(2026, 2, 2, 12);
export const start = end - 6 * hour;
const inside = start + hour;
const last = end - 1;

const about = (subject: string, value: number, samples: number): Measurement => ({
  ...{ kind: 'value', value, samples, subject },
});
const times = (count: number, at: number): number[] => Array<number>(count).fill(at);

const loadTimes: readonly Given[] = [
  views([1], start),
  views(
    Array.from({ length: 19 }, (_, index) => index + 2),
    inside,
  ),
  views([21], last),
  views([900], start - 1),
  views([900], end),
  views([900], inside, { bot: true }),
  views([900], inside, { action: 'click' }),
  views([null, null], inside),
];

/** One millisecond more or less is another figure: 900 stands for whatever must not be counted. */
export type Figure = readonly [what: string, found: Measurement, ...given: Given[]];

/** What each metric is of a few rows, worked out by hand. */
export const figures: Readonly<Record<string, readonly Figure[]>> = {
  consumer_lag: [
    [
      'of each group the latest reading, of these the highest',
      about('the group journey', 70, 2),
      readings('consumer_lag', [20, inside, 'journey'], [70, end, 'journey']),
      readings('consumer_lag', [500, start + 1, 'record'], [40, inside, 'record']),
      readings('consumer_lag', [900, start, 'gone'], [900, end + 1, 'later']),
      readings('journeys_running', [900, inside, 'queue']),
    ],
  ],
  error_rate: [
    [
      'what was rejected, of all that all bridges have read: 3 / (40 + 57 + 3)',
      measured(0.03, 100),
      readings('events_recorded', [900, start], [40, start + 1, 'one'], [57, end, 'two'], [900, end + 1]),
      readings('events_rejected', [900, start], [1, start + 1, 'one'], [2, end, 'two'], [900, end + 1]),
      readings('letters_sent', [900, inside]),
    ],
    [
      'zero where all was usable',
      measured(0, 5),
      readings('events_recorded', [5, inside]),
      readings('events_rejected', [0, inside]),
    ],
    [
      'nothing where nothing was read',
      nothing,
      readings('events_recorded', [0, inside]),
      readings('events_rejected', [0, inside]),
    ],
  ],
  events: [
    [
      'the sum of all bridges’ readings',
      measured(42, 3),
      readings(
        'events_recorded',
        [900, start],
        [30, start + 1],
        [5, end, 'one'],
        [7, end, 'two'],
        [900, end + 1],
      ),
      readings('events_rejected', [900, inside]),
    ],
    [
      'nothing before a whole window was counted',
      nothing,
      readings('events_recorded', [30, start + 1], [12, end]),
      readings('events_rejected', [0, start]),
    ],
    [
      'zero where bridges have counted and do no longer',
      measured(0, 0),
      readings('events_recorded', [9, start - day]),
    ],
  ],
  conversion_rate: [
    [
      'buyers among those who were active, each once, without bots: ada and dan, of ada, bob, cleo and dan',
      measured(0.5, 4),
      minutes(['u1_ada', inside], ['u1_ada', inside + minute], ['u1_bob', start + minute]),
      minutes(['s1_cleo', end], ['u1_dan', end]),
      minutes(['u1_before', start], ['u1_after', end + minute], ['u1_robot', inside, true]),
      bought(5, [start, start], 'u1_ada'),
      bought(5, [start - 1, end], 'u1_bob'),
      bought(5, [last], 'u1_dan'),
      ...['u1_before', 'u1_after', 'u1_robot', 'u1_never'].map((journeyId) => bought(5, [inside], journeyId)),
    ],
    [
      'zero where nobody of them bought',
      measured(0, 1),
      minutes(['u1_ada', inside]),
      bought(5, [inside], 'u1_bob'),
    ],
    [
      'nothing where only bots were',
      nothing,
      minutes(['u1_bot', inside, true]),
      bought(5, [inside], 'u1_bot'),
    ],
  ],
  cart_abandonment: [
    [
      'abandoned carts and checkouts, of these and what was bought: 3 / (3 + 1)',
      measured(0.75, 4),
      abandoned('cart', [start - 1, start, inside]),
      abandoned('checkout', [last, end]),
      ended('purchased', [start - 1, start, end]),
      ended('emptied', [inside]),
      // What was abandoned has its cart's row, too.
      ended('abandoned', [inside]),
      carts([inside], ['lamp']),
    ],
    [
      'both ends of what was bought, and nothing abandoned',
      measured(0, 2),
      ended('purchased', [start, last]),
    ],
    ['nothing where none ended so', nothing, ended('emptied', [inside])],
  ],
  page_load_seconds: [['the mean of 1 to 21', measured(11, 21), ...loadTimes]],
  page_load_p95_seconds: [['the twentieth of 1 to 21', measured(20, 21), ...loadTimes]],
  revenue_ratio: [
    [
      'against the mean of the weeks with revenue: 30 / ((100 + 20 + 60) / 3)',
      measured(0.5, 3),
      bought(15, [start, last]),
      bought(50, [start - week, last - week]),
      bought(null, [inside, inside - 2 * week]),
      bought(20, [inside - 3 * week]),
      bought(60, [last - 4 * week]),
      bought(900, [inside - 5 * week, inside + week]),
      ...[0, 1, 4].map((weeks) => bought(900, [start - 1 - weeks * week, end - weeks * week])),
    ],
    ['zero where nothing is bought now', measured(0, 1), bought(8, [inside - week])],
    ['nothing without a week to compare with', nothing, bought(8, [inside])],
  ],
  cart_pressure: [
    [
      'the product furthest above its usual: lamps 6 / (8 / 4), and not mugs, though in more carts: 8 / (16 / 4)',
      about('product lamp', 3, 6),
      carts([start, last, ...times(2, inside)], ['lamp']),
      carts(times(2, inside), ['mug', 'lamp']),
      carts(times(6, inside), ['mug']),
      carts([start - day, start - 1, ...times(6, start - hour)], ['lamp']),
      carts(times(16, start - hour), ['mug']),
      carts([start - day - 1, end], ['lamp']),
    ],
    [
      'one cart is usual at least, four carts are no rush, and of many alike it is the first by name',
      about('product cup', 5, 5),
      carts([start - hour], ['lamp']),
      carts(times(5, inside), ['mug', 'lamp', 'rug', 'cup', 'pan', 'sofa']),
      carts(times(4, inside), ['bowl']),
    ],
    [
      'a cart counts once for a product that it has on two lines',
      about('product lamp', 5, 5),
      carts(times(5, inside), ['lamp', 'mug', 'lamp']),
      carts(times(4, inside), ['bowl', 'bowl']),
    ],
    ['nothing below five carts', nothing, carts(times(4, inside), ['lamp'])],
  ],
  journeys_running: [
    [
      'the latest reading',
      measured(7, 1),
      readings('journeys_running', [12, start + 1], [7, end], [9, end + 1]),
    ],
    ['nothing as old as the window', nothing, readings('journeys_running', [7, start])],
    ['nothing of what others read', nothing, readings('consumer_lag', [7, inside])],
  ],
  letter_events: [
    [
      'all events by all letters: 35 / 10',
      measured(3.5, 2),
      readings('letters_sent', [900, start], [8, start + 1], [2, end]),
      readings('letter_events_sent', [10, start + 1], [25, end], [900, end + 1]),
    ],
    [
      'nothing where no letter was sent',
      nothing,
      readings('letters_sent', [0, inside]),
      readings('letter_events_sent', [0, inside]),
    ],
  ],
};
