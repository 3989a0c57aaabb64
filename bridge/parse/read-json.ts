const escapedOddCharacter = /\\u(0000|d[89a-f])/i;

/**
 * `JSON.parse`, less what PostgreSQL's text cannot hold: NUL characters and halves of surrogate pairs
 * (a producer that cuts a text in the middle of an emoji makes one). Throws a `SyntaxError` as `JSON.parse` does.
 */
export function readJson(text: string): unknown {
  return escapedOddCharacter.test(text) ? JSON.parse(text, withStorableText) : JSON.parse(text);
}

function withStorableText(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), inner]));
}

const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();
