/** What a figure has to reach: a bound on its value, or on its ratio to the baseline of the same run. */
export interface Goal {
  readonly of: 'value' | 'ratio';
  readonly is: 'at most' | 'at least';
  readonly bound: number;
}

/** One measured figure. `null` where it could not be measured. */
export interface Figure {
  /** `scenario/what`. */
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  /** The same quantity of what it is compared with, measured in the same run. */
  readonly baseline?: number | null;
  /** Without one the figure is for information. */
  readonly goal?: Goal;
}

/** One line of `--json`. */
export interface Result {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  readonly baseline: number | null;
  /** The value divided by the baseline. */
  readonly ratio: number | null;
  /** In words, such as `≤ 250` or `ratio ≥ 25`; `null` for a figure without a goal. */
  readonly goal: string | null;
  /** `null` where there is no goal, or where it could not be measured. */
  readonly met: boolean | null;
}

export const atMost = (bound: number): Goal => ({ of: 'value', is: 'at most', bound });
export const atLeast = (bound: number): Goal => ({ of: 'value', is: 'at least', bound });
export const ratioAtMost = (bound: number): Goal => ({ of: 'ratio', is: 'at most', bound });
export const ratioAtLeast = (bound: number): Goal => ({ of: 'ratio', is: 'at least', bound });

export function resultOf({ name, value, unit, baseline = null, goal }: Figure): Result {
  const ratio = value === null || baseline === null || baseline === 0 ? null : value / baseline;
  const judged = goal?.of === 'ratio' ? ratio : value;
  return {
    name,
    value: rounded(value),
    unit,
    baseline: rounded(baseline),
    ratio: rounded(ratio),
    goal: goal ? describeGoal(goal) : null,
    // Judged before rounding: what is just over a bound is over it.
    met: goal && judged !== null ? isMet(goal, judged) : null,
  };
}

export const toJsonLine = (result: Result): string => `${JSON.stringify(result)}\n`;

export function describeGoal({ of, is, bound }: Goal): string {
  const sentence = `${is === 'at most' ? '≤' : '≥'} ${inWords(rounded(bound))}`;
  return of === 'ratio' ? `ratio ${sentence}` : sentence;
}

function isMet({ is, bound }: Goal, judged: number): boolean {
  return is === 'at most' ? judged <= bound : judged >= bound;
}

/** A number as people read it: `30,000`. */
export const inWords = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 4 });

/** Four digits that count: more would only show noise. Whole numbers are kept as they are. */
function rounded<Value extends number | null>(value: Value): Value {
  if (value === null || Number.isInteger(value)) return value;
  return Number(
    value.toPrecision(Math.abs(value) >= 1_000 ? Math.ceil(Math.log10(Math.abs(value))) : 4),
  ) as Value;
}
