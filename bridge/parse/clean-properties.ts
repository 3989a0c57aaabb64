import { isNeverKept } from '../../events/raw-event.ts';

export type Mask = (text: string) => string;

/** Deeper than any producer's data, and far from where recursion in Node or PostgreSQL gives up. */
const deepestNesting = 32;
const shortestMaskedId = 8;
/** Words of the shop's own paths; a producer that uses one as an id must not hide the page. */
const shopWords: ReadonlySet<string> = new Set(['products', 'category', 'checkout', 'purchase-complete']);
const betweenWords = /([\s/=&?,;:<>()"']+)/;

/** Hides the event's own ids and addresses where a producer repeats them, in a path or in a field of its own making. */
export function maskOf(ids: readonly unknown[]): Mask {
  const secrets = ids
    .filter((id): id is string => typeof id === 'string')
    .map((id) => id.trim())
    .filter((id) => id.length >= shortestMaskedId && !shopWords.has(id.toLowerCase()))
    .flatMap((id) => (/^[\w.-]*$/.test(id) ? [id] : [id, encodeURIComponent(id), asFormValue(id)]));
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, ':masked'), text);
}

const asFormValue = (id: string): string => new URLSearchParams({ '': id }).toString().slice(1);

/** A producer's own fields without anything that is never kept, at any depth. `null` when they are nested too deeply. */
export function cleanProperties(fields: object, mask: Mask): Record<string, unknown> | null {
  try {
    return cleanObject(fields, mask, 1);
  } catch (error) {
    if (error instanceof NestedTooDeeply) return null;
    throw error;
  }
}

class NestedTooDeeply extends Error {}

function cleanObject(fields: object, mask: Mask, depth: number): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([name]) => !isNeverKept(name));
  return Object.fromEntries(kept.map(([name, value]) => [mask(name), clean(value, mask, depth)]));
}

function clean(value: unknown, mask: Mask, depth: number): unknown {
  if (typeof value === 'string') return maskMailAddresses(mask(value));
  if (typeof value === 'number') return mask(String(value)) === String(value) ? value : ':masked';
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepestNesting) throw new NestedTooDeeply();
  if (Array.isArray(value)) return value.map((inner) => clean(inner, mask, depth + 1));
  return cleanObject(value, mask, depth + 1);
}

const hasMailAddress = /@|%40/;

function maskMailAddresses(text: string): string {
  if (!hasMailAddress.test(text)) return text;
  const words = text.split(betweenWords);
  return words.map((word) => (hasMailAddress.test(word) ? ':masked' : word)).join('');
}
