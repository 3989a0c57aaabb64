import { SetupError } from '../../stack/setup-error.ts';
import type { Parameter, ParameterKind, Report } from './report-file.ts';

/** What PostgreSQL and a person read alike: `90s`, `30m`, `24h`, `7d`, `2w`. */
const duration = /^\d{1,6}(\.\d{1,3})?\s?(ms|s|m|h|d|w)$/;
const isoTime = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/;
const greatestCount = 1_000_000;

/**
 * The value of each of the report's parameters, in words: as given, by default where it is not. Throws a `SetupError` with
 * one sentence for a name that the report does not know, and for a value that is not of the parameter's kind.
 */
export function valuesOf(
  { name, parameters }: Report,
  given: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  for (const unknown of given.keys()) {
    if (parameters.some((parameter) => parameter.name === unknown)) continue;
    throw new SetupError(
      `The report ${name} has no ${JSON.stringify(unknown)}. It has ${known(parameters)}.`,
    );
  }
  return new Map(
    parameters.map((parameter) => [parameter.name, checked(parameter, given.get(parameter.name))] as const),
  );
}

/** `name=value` pairs, the later one of a name counts. Throws a `SetupError` for what is no pair. */
export function parsePairs(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const [, name, value] = /^(\w+)=(.+)$/s.exec(pair) ?? [];
      if (name === undefined || value === undefined)
        throw new SetupError(
          `Expected --set name=value, such as --set bots=include, and not ${JSON.stringify(pair)}.`,
        );
      return [name, value];
    }),
  );
}

function checked({ name, kind, byDefault }: Parameter, given: string | undefined): string {
  if (given === undefined) return byDefault;
  const value = given.trim();
  if (isOfKind(kind, value)) return value;
  throw new SetupError(`${name} is ${JSON.stringify(given)}: expected ${expectation(kind)}.`);
}

function isOfKind(kind: ParameterKind, value: string): boolean {
  switch (kind) {
    case 'time':
      return value === 'now' || duration.test(value) || (isoTime.test(value) && isOnTheCalendar(value));
    case 'duration':
      return duration.test(value) && Number.parseFloat(value) > 0;
    case 'count':
      return /^\d{1,7}$/.test(value) && Number(value) >= 1 && Number(value) <= greatestCount;
    default:
      return kind.includes(value);
  }
}

/** JavaScript takes 30 February for 1 March; PostgreSQL refuses it. */
function isOnTheCalendar(value: string): boolean {
  const day = value.slice(0, 10);
  return !Number.isNaN(Date.parse(value)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

function expectation(kind: ParameterKind): string {
  switch (kind) {
    case 'time':
      return 'how long ago, such as 24h or 7d, or a time such as 2026-03-01 or 2026-03-01T09:00Z';
    case 'duration':
      return 'a duration with its unit, such as 30m, 24h or 7d';
    case 'count':
      return `a whole number from 1 to ${greatestCount}`;
    default:
      return kind.join(' or ');
  }
}

const known = (parameters: readonly Parameter[]): string =>
  parameters
    .map(({ name, byDefault, meaning }) => `${name} (${meaning}; ${byDefault} by default)`)
    .join(', ');
