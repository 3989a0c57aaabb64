import { InvalidArgumentError } from 'commander';
import ms from 'ms';

import { greatestAmount } from '../events/shop-event.ts';

export function duration(text: string): number {
  const value = /^\d+(\.\d+)?\s*[a-z]+$/i.test(text) ? ms(text as ms.StringValue) : Number.NaN;
  if (value > 0) return value;
  throw new InvalidArgumentError('Expected a duration with its unit, such as 60s or 5m.');
}

export function secondsOrDuration(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? positiveNumber(text) * 1000 : duration(text);
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number above zero.');
}

export function cartAmount(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= greatestAmount) return value;
  throw new InvalidArgumentError('Expected an amount such as 100 or 99.90.');
}

export function listLimit(text: string): number {
  const value = wholeNumber(text);
  if (value >= 1 && value <= 1000) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 1000.');
}

export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number.');
}
