import type { ShopMessage } from './shop.ts';

/** The messages of the first `durationMs` only; visits under way at closing time stay unfinished, as in life. */
export function* closeAfter(
  durationMs: number,
  messages: Iterable<ShopMessage>,
): Generator<ShopMessage, void> {
  for (const message of messages) {
    if (message.atMs >= durationMs) return;
    yield message;
  }
}
