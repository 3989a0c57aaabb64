import { funnelSteps, type FunnelStep } from '../../events/funnel.ts';
import type { LatestAlert } from './figures.ts';

/** One moment of the demo. `null` stands for a figure that is not known yet. */
export interface Moment {
  readonly elapsedMs: number;
  /** Infinite when it goes on until Ctrl-C. */
  readonly durationMs: number;
  readonly seed: number;
  readonly sent: number;
  readonly eventsPerSecond: number;
  readonly recorded: number | null;
  readonly rejected: number | null;
  readonly activeJourneys: number | null;
  readonly furthestSteps: Readonly<Record<FunnelStep, number>> | null;
  readonly latestAlerts: readonly LatestAlert[];
  readonly lag: readonly { readonly group: string; readonly messages: number | null }[];
  readonly temporalUi: string | null;
  /** What is waited for once the shop has closed. */
  readonly waitingFor: string | null;
}

const BAR_WIDTH = 28;

/** The whole view, redrawn each time. */
export function liveView(moment: Moment, width = 100): string {
  const lines = [
    `Aisle demo   ${timeText(moment)}   seed ${moment.seed}`,
    '',
    row('shop', `${number(moment.eventsPerSecond)} events/s   ${number(moment.sent)} sent`),
    row('record', `${number(moment.recorded)} rows   ${number(moment.rejected)} dead letters`),
    row('lag', `${lagText(moment)} (messages still to be read)`),
    row('journeys', `${number(moment.activeJourneys)} active`),
    '',
    ...funnelLines(moment.furthestSteps),
    '',
    'latest alerts',
    ...(moment.latestAlerts.length === 0 ? ['  none yet'] : moment.latestAlerts.map(alertLine)),
    '',
    ...(moment.temporalUi === null ? [] : [temporalUiLine(moment.temporalUi)]),
    moment.waitingFor === null
      ? 'Ctrl-C ends the demo with its summary'
      : `The shop is closed. ${moment.waitingFor}`,
  ];
  return lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line)).join('\n');
}

/** Where to look at a single journey. */
export const temporalUiLine = (address: string): string =>
  `Temporal UI  ${address} (see a journey's tab “User Metadata”)`;

/** The same in one line, for output that is no terminal. */
export function plainLine(moment: Moment): string {
  const parts = [
    timeText(moment),
    `${number(moment.eventsPerSecond)} events/s`,
    `sent ${number(moment.sent)}`,
    `recorded ${number(moment.recorded)}`,
    `dead letters ${number(moment.rejected)}`,
    `active journeys ${number(moment.activeJourneys)}`,
    `lag ${lagText(moment)}`,
  ];
  const [latest] = moment.latestAlerts;
  if (latest) parts.push(`latest alert ${latest.alert_type}`);
  if (moment.waitingFor !== null) parts.push(moment.waitingFor);
  return parts.join(' · ');
}

function funnelLines(furthest: Moment['furthestSteps']): string[] {
  if (furthest === null) return ['funnel (journeys by furthest step): not known yet'];
  const most = Math.max(1, ...funnelSteps.map((step) => furthest[step]));
  return [
    'funnel (journeys by furthest step)',
    ...funnelSteps.map((step) => {
      const bar = '█'.repeat(Math.ceil((furthest[step] / most) * BAR_WIDTH));
      return `  ${step.padEnd(9)} ${number(furthest[step]).padStart(7)} ${bar}`;
    }),
  ];
}

function alertLine({ timestamp, alert_type, message }: LatestAlert): string {
  return `  ${timestamp.toISOString().slice(11, 19)} ${alert_type.padEnd(18)} ${message.replaceAll(/\s+/g, ' ')}`;
}

function lagText({ lag }: Moment): string {
  return lag.map(({ group, messages }) => `${group} ${number(messages)}`).join(', ');
}

const row = (name: string, text: string): string => `${name.padEnd(10)} ${text}`;

const number = (value: number | null): string =>
  value === null ? '–' : Math.round(value).toLocaleString('en-US');

/** The time that the shop has been open. */
function timeText({ elapsedMs, durationMs }: Moment): string {
  const open = clock(Math.min(elapsedMs, durationMs));
  return Number.isFinite(durationMs) ? `${open} of ${clock(durationMs)}` : open;
}

function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
