import { amount, printable, readableTime } from './wording.ts';

/** A journey as the list of workflows shows it. */
export interface ListedJourney {
  /** A pseudonym. */
  readonly journeyId: string;
  readonly funnelStep: string | null;
  /** Zero where no cart is open. */
  readonly cartValue: number | null;
  readonly segment: string | null;
  /** ISO 8601: the latest event when step, cart value or segment last changed. */
  readonly lastSeen: string | null;
}

export interface JourneyList {
  readonly journeys: readonly ListedJourney[];
  /** How many there are on the server, those above the limit included. */
  readonly total: number;
}

const headings = ['pseudonym', 'step', 'cart value', 'segment', 'last seen'];
const numberColumn = headings.indexOf('cart value');

/** A table with one line a journey, and what is not shown; without a line end at its end. */
export function journeyTable({ journeys, total }: JourneyList): string {
  if (journeys.length === 0) return 'No running journey is like this.';
  const rows = [headings, ...journeys.map(cellsOf)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === numberColumn ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return [...table, ...(total > journeys.length ? [moreThanShown(journeys.length, total)] : [])].join('\n');
}

function cellsOf({ journeyId, funnelStep, cartValue, segment, lastSeen }: ListedJourney): string[] {
  return [
    printable(journeyId),
    funnelStep === null ? '–' : printable(funnelStep),
    cartValue ? amount(cartValue, null) : '–',
    segment === null ? '–' : printable(segment),
    lastSeen === null ? '–' : readableTime(lastSeen),
  ];
}

function moreThanShown(shown: number, total: number): string {
  return `${shown} of ${total} are shown: narrow them down with --step, --segment, --min-value or --seen-since, or raise --limit.`;
}
