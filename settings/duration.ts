import ms from 'ms';
import { z } from 'zod';

const longestMs = 365 * 24 * 60 * 60 * 1000;

/** Milliseconds of a duration such as `30m` or `0s`; NaN for what is none, or has no unit. */
export const parseDuration = (text: string): number =>
  /^\d+(\.\d+)?\s*[a-z]+$/i.test(text.trim()) ? ms(text.trim() as ms.StringValue) : Number.NaN;

/** A duration such as `30m`, `24h`, `7d` or `1500ms`, parsed to milliseconds. */
export const durationMs = (fallback: ms.StringValue) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const value = parseDuration(text);
      if (Number.isFinite(value) && value > 0 && value <= longestMs) return Math.round(value);
      context.addIssue({
        code: 'custom',
        message: 'expected a duration with its unit, above zero and at most 365d, such as 30m, 24h or 7d',
      });
      return z.NEVER;
    });
