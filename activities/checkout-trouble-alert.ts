import type { CheckoutTrouble } from '../events/checkout-trouble.ts';
import { inWords } from '../events/duration-in-words.ts';

/** What an alert about a checkout in trouble has beside what all alerts have. Load times are in seconds. */
export function troubleMetadata(trouble: CheckoutTrouble): Readonly<Record<string, unknown>> {
  const { reason, page, attempts, inferred, loadTimeSeconds, usualLoadTimeSeconds, device } = trouble;
  return {
    reason,
    page,
    attempts,
    inferred,
    load_time: loadTimeSeconds,
    usual_load_time: usualLoadTimeSeconds,
    device,
  };
}

/** Why, as the end of the alert's sentence. */
export function troubleInWords(trouble: CheckoutTrouble, elapsedMs: number): string {
  const { reason, page, attempts, inferred, loadTimeSeconds, usualLoadTimeSeconds } = trouble;
  if (reason === 'slow_page')
    return `${page} took ${seconds(loadTimeSeconds)} to load, usually ${seconds(usualLoadTimeSeconds)}`;
  const duration = inWords(Math.max(1000, elapsedMs));
  if (attempts === 1) return `a form failed on ${page}`;
  return inferred
    ? `a form was submitted ${attempts} times within ${duration} on ${page}, and nothing followed`
    : `${attempts} forms failed within ${duration}, the last on ${page}`;
}

const seconds = (value: number | null): string => `${(value ?? 0).toFixed(1)} seconds`;
