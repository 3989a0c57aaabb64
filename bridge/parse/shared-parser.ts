import type { Parsed, RawMessage } from './parse-event.ts';

export type ParseAt = (message: RawMessage, partition: number, offset: number) => Parsed;

/** About two seconds of ten thousand events a second: lanes that are further apart each parse for themselves. */
const mostKept = 20_000;

/**
 * Both lanes read the same messages, within moments of each other: whoever comes first parses, and the other takes what
 * is kept. A lane that lags behind, as in a backlog, finds nothing and parses; memory is bounded.
 */
export function createSharedParser(parse: (message: RawMessage) => Parsed, most = mostKept): ParseAt {
  const kept = new Map<string, Parsed>();
  return (message, partition, offset) => {
    const place = `${partition}/${offset}`;
    const known = kept.get(place);
    if (known) {
      kept.delete(place);
      return known;
    }
    const parsed = parse(message);
    if (kept.size >= most) kept.clear();
    kept.set(place, parsed);
    return parsed;
  };
}
