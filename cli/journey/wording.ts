import ms from 'ms';

const mostCharacters = 80;

/** `2026-03-01 09:30:00 UTC` */
export const readableTime = (iso: string): string => iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');

/** How far a time is from `now` (milliseconds since 1970), such as `3 minutes ago` or `in 27 minutes`. */
export function distance(iso: string, now: number): string {
  const difference = Date.parse(iso) - now;
  const amount = ms(Math.abs(difference), { long: true });
  return difference > 0 ? `in ${amount}` : `${amount} ago`;
}

export const count = (many: number, thing: string): string => `${many} ${thing}${many === 1 ? '' : 's'}`;

export const amount = (value: number, currency: string | null): string =>
  `${value.toFixed(2)} ${currency === null ? '' : printable(currency)}`.trimEnd();

/** Shop data may hold anything: no control character reaches the terminal, and no text is longer than a line. */
export function printable(text: string): string {
  const clean = text.replaceAll(/\p{C}/gu, '').trim();
  return clean.length > mostCharacters ? `${clean.slice(0, mostCharacters - 1)}…` : clean || '–';
}
