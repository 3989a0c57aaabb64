/** All text in a value however deep, bytes decoded: what somebody who looks for an id would find in it. */
export function textIn(value: unknown, seen = new Set<object>()): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null || seen.has(value)) return String(value);
  seen.add(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name}=${textIn(inner, seen)}`)
    .join('\n');
}
