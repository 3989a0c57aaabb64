import { isKnownField, isNeverKept } from '../../events/raw-event.ts';

export type Mask = (text: string) => string;

/** Deeper than any producer's data, and far from where recursion in Node or PostgreSQL gives up. */
const deepestNesting = 32;
const shortestMaskedId = 8;
/** Words of the shop's own paths; a producer that uses one as an id must not hide the page. */
const shopWords: ReadonlySet<string> = new Set(['products', 'category', 'checkout', 'purchase-complete']);
const spelledInOneWay = /^[\w.-]*$/;
const betweenWords = /([\s/=&?,;:<>()"']+)/;

/** Hides the event's own ids and addresses where a producer repeats them, in a path or in a field of its own making. */
export function maskOf(...ids: readonly unknown[]): Mask {
  const secrets: string[] = [];
  for (const id of ids) if (typeof id === 'string') addSpellings(secrets, id.trim());
  return (text) => {
    let masked = text;
    for (const secret of secrets) if (masked.includes(secret)) masked = masked.replaceAll(secret, ':masked');
    return masked;
  };
}

function addSpellings(secrets: string[], id: string): void {
  if (id.length < shortestMaskedId || shopWords.has(id.toLowerCase())) return;
  secrets.push(id);
  if (!spelledInOneWay.test(id)) secrets.push(encodeURIComponent(id), asFormValue(id));
}

const asFormValue = (id: string): string => new URLSearchParams({ '': id }).toString().slice(1);

/**
 * A raw event's fields that the contract does not name, without anything that is never kept, at any depth. `null` when they
 * are nested too deeply.
 */
export function cleanProperties(json: object, mask: Mask): Record<string, unknown> | null {
  try {
    return cleanObject(json, mask, 1, isNotProperty);
  } catch (error) {
    if (error instanceof NestedTooDeeply) return null;
    throw error;
  }
}

class NestedTooDeeply extends Error {}

const isNotProperty = (name: string): boolean => isKnownField(name) || isNeverKept(name);

function cleanObject(
  fields: object,
  mask: Mask,
  depth: number,
  isLeftOut = isNeverKept,
): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields))
    if (!isLeftOut(name)) kept[mask(name)] = clean(value, mask, depth);
  return kept;
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
