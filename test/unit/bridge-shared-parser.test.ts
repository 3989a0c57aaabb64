// Each message is parsed once for both lanes, each lane gets the same event, and what only one lane reads is forgotten.
import { expect, it, vi } from 'vitest';

import type { Parsed, RawMessage } from '../../bridge/parse/parse-event.ts';
import { createSharedParser } from '../../bridge/parse/shared-parser.ts';

const message: RawMessage = { value: Buffer.from('{}'), appendedAt: 1 };
const parser = (most?: number) => {
  const parse = vi.fn((): Parsed => ({ usable: false, reason: 'a test', eventId: null }));
  return { parse, shared: createSharedParser(parse, most) };
};

it('parses once for two lanes, place by place', () => {
  const { parse, shared } = parser();
  const first = [shared(message, 0, 1), shared(message, 1, 1), shared(message, 0, 2)];
  const second = [shared(message, 0, 1), shared(message, 1, 1), shared(message, 0, 2)];
  expect(parse).toHaveBeenCalledTimes(3);
  second.forEach((parsed, index) => expect(parsed).toBe(first[index]));
});

it('parses again what is delivered again', () => {
  const { parse, shared } = parser();
  for (let read = 0; read < 4; read += 1) shared(message, 0, 7);
  expect(parse).toHaveBeenCalledTimes(2);
});

it('keeps no more than it may when one lane runs ahead', () => {
  const { parse, shared } = parser(10);
  for (let offset = 0; offset < 25; offset += 1) shared(message, 0, offset);
  // Of the first lane's only the latest five were still kept.
  for (let offset = 20; offset < 25; offset += 1) shared(message, 0, offset);
  expect(parse).toHaveBeenCalledTimes(25);
  shared(message, 0, 3);
  expect(parse).toHaveBeenCalledTimes(26);
});
