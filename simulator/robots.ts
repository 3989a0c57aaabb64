import type { Catalogue } from './catalogue.ts';
import { pageView } from './pages.ts';
import type { Randomness } from './randomness.ts';
import type { EventContent } from './wire-event.ts';

/**
 * As their operators publish them (Google, Microsoft, Apple; a headless Chrome as it calls itself): robots that run
 * scripts, and so are seen by a shop's tracker at all.
 */
export const robotUserAgents = [
  'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36',
] as const;

/** A robot follows links, the one to the cart among them: taken for a person, it would leave an abandoned cart. */
export function* crawl(catalogue: Catalogue, randomness: Randomness): Generator<EventContent> {
  yield pageView('/home', randomness);
  yield pageView(`/category/${randomness.pick(catalogue.categories)}`, randomness);
  const products = randomness.whole(1, 4);
  for (let count = 0; count < products; count += 1) {
    yield pageView(`/product/${catalogue.choose(randomness).id}`, randomness);
  }
  if (randomness.chance(0.5)) yield pageView('/cart', randomness);
}
