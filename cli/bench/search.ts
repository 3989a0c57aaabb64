export interface SearchPlan {
  readonly least: number;
  readonly most: number;
  readonly start: number;
  /** The search is over when the bounds are this close, as a share of the lower one. */
  readonly resolution: number;
  readonly mostProbes: number;
}

/**
 * The highest number for which `holds` is true, to the resolution, where it holds below some limit and not above it:
 * doubles or halves from `start` until the limit is between two probes, then halves the distance. Gives back the
 * highest number that held when it was tried; `null` when none did.
 */
export async function searchHighest(
  { least, most, start, resolution, mostProbes }: SearchPlan,
  holds: (candidate: number) => Promise<boolean>,
): Promise<number | null> {
  let held: number | null = null;
  let failed: number | null = null;
  let candidate = Math.min(most, Math.max(least, start));
  for (let probes = 0; probes < mostProbes; probes += 1) {
    if (await holds(candidate)) held = candidate;
    else failed = candidate;
    const next = nextCandidate(held, failed, { least, most });
    if (next === null || isCloseEnough(held, failed, resolution)) break;
    candidate = next;
  }
  return held;
}

function nextCandidate(
  held: number | null,
  failed: number | null,
  { least, most }: Pick<SearchPlan, 'least' | 'most'>,
): number | null {
  if (held !== null && failed !== null) return Math.round((held + failed) / 2);
  if (held !== null) return held >= most ? null : Math.min(most, held * 2);
  if (failed !== null) return failed <= least ? null : Math.max(least, Math.round(failed / 2));
  return null;
}

function isCloseEnough(held: number | null, failed: number | null, resolution: number): boolean {
  return held !== null && failed !== null && failed - held <= held * resolution;
}
