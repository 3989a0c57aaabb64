const escapedOddCharacter = /\\u(0000|d[89a-f])/i;
/** Most texts hold no escape of this kind at all, which a plain search tells faster. */
const anyEscape = '\\u';

/**
 * `JSON.parse`, less what PostgreSQL's text cannot hold: NUL characters and halves of surrogate pairs
 * (a producer that cuts a text in the middle of an emoji makes one). Throws a `SyntaxError` as `JSON.parse` does.
 */
export function readJson(text: string): unknown {
  const isOdd = text.includes(anyEscape) && escapedOddCharacter.test(text);
  return isOdd ? JSON.parse(text, withStorableText) : JSON.parse(text);
}

function withStorableText(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), inner]));
}

const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();
