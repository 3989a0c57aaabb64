/** What a rate did to the system. `null` where it could not be measured. */
export interface Observed {
  /** Offered. */
  readonly eventsPerSecond: number;
  readonly sentPerSecond: number;
  /** Milliseconds from a funnel step to its committed row. */
  readonly stepP99: number | null;
  /** Seconds of the load by which each lane's lag grew. */
  readonly recordLagGrowth: number | null;
  readonly journeyLagGrowth: number | null;
}

const longestStepP99Ms = 500;
const mostGrowthSeconds = 2;
/** The last batch is sent a little after it was due. */
const leastShareSent = 0.97;

/** Whether a rate can go on for ever. What was not measured does not count in its favour. */
export function isSteady(observed: Observed): boolean {
  const { stepP99 } = observed;
  return keptUp(observed) && stepP99 !== null && stepP99 <= longestStepP99Ms;
}

/** Whether the load was sent as it was due, and both lanes took it as fast as it came. */
export function keptUp(observed: Omit<Observed, 'stepP99'>): boolean {
  const { eventsPerSecond, sentPerSecond, recordLagGrowth, journeyLagGrowth } = observed;
  return (
    sentPerSecond >= leastShareSent * eventsPerSecond && isFlat(recordLagGrowth) && isFlat(journeyLagGrowth)
  );
}

const isFlat = (growth: number | null): boolean => growth !== null && growth <= mostGrowthSeconds;
