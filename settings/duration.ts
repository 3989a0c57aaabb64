import ms from 'ms';
import { z } from 'zod';

const longestMs = 365 * 24 * 60 * 60 * 1000;

/** A duration such as `30m`, `24h`, `7d` or `1500ms`, parsed to milliseconds. */
export const durationMs = (fallback: ms.StringValue) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const value = /^\d+(\.\d+)?\s*[a-z]+$/i.test(text.trim())
        ? ms(text.trim() as ms.StringValue)
        : Number.NaN;
      if (Number.isFinite(value) && value > 0 && value <= longestMs) return Math.round(value);
      context.addIssue({
        code: 'custom',
        message: 'expected a duration with its unit, above zero and at most 365d, such as 30m, 24h or 7d',
      });
      return z.NEVER;
    });
