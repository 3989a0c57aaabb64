import type { FunnelStep } from '../../events/funnel.ts';
import { journeyWorkflowType } from '../../events/letter.ts';
import type { Segment } from '../../events/segment.ts';

export interface JourneyFilter {
  readonly step?: FunnelStep | undefined;
  readonly segment?: Segment | undefined;
  /** The least value of the cart, in the shop's currency. */
  readonly minValue?: number | undefined;
  /** How long ago, in milliseconds, the journey was last seen at most. */
  readonly seenSinceMs?: number | undefined;
}

/** Temporal's query for running journeys. `now` is in milliseconds since 1970. Throws a `RangeError` for a value that is no number. */
export function visibilityQuery(
  { step, segment, minValue, seenSinceMs }: JourneyFilter,
  now: number,
): string {
  return [
    `WorkflowType = '${journeyWorkflowType}'`,
    `ExecutionStatus = 'Running'`,
    ...(step === undefined ? [] : [`FunnelStep = '${step}'`]),
    ...(segment === undefined ? [] : [`Segment = '${segment}'`]),
    ...(minValue === undefined ? [] : [`CartValue >= ${decimal(minValue)}`]),
    ...(seenSinceMs === undefined
      ? []
      : [`LastSeen >= '${new Date(Math.max(0, now - seenSinceMs)).toISOString()}'`]),
  ].join(' AND ');
}

/** Never with an exponent, which the query language does not know. */
function decimal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('expected a number');
  return value.toFixed(2);
}
