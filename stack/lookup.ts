import { SetupError } from './setup-error.ts';

/** What one place had to offer: the thing, or the reason why not, fit for the user's eyes. */
export type Look<T> = { found: T } | { missing: string };

export interface Place<T> {
  /** How the place is called in messages, for example `the cache`. */
  readonly from: string;
  look(): Promise<Look<T>>;
}

export interface Finding<T> {
  readonly found: T;
  readonly from: string;
}

/**
 * Asks one place after the other and takes the first that has it.
 * Throws a `SetupError` made of `advice` and of the reason each place gave.
 */
export async function firstFound<T>(places: readonly Place<T>[], advice: string): Promise<Finding<T>> {
  const reasons: string[] = [];
  for (const place of places) {
    const look = await place.look();
    if ('found' in look) return { found: look.found, from: place.from };
    reasons.push(`${place.from}: ${look.missing}`);
  }
  throw new SetupError(`${advice} (tried ${reasons.join('; ')})`);
}
