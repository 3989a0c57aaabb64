import { CURRENCY, type Catalogue, type Product } from './catalogue.ts';
import type { Randomness } from './randomness.ts';
import type { EventContent, LineItem } from './wire-event.ts';

/** Where a first page view comes from: nowhere, a search engine, or a campaign with UTM parameters. */
const entrances: readonly (string | null)[] = [
  null,
  null,
  'https://search.example/?q=shop',
  'https://news.example/?utm_source=newsletter&utm_medium=email&utm_campaign=weekly',
  'https://social.example/feed?utm_source=social&utm_medium=paid&utm_campaign=spring',
];

export function entrance(randomness: Randomness): string | null {
  return randomness.pick(entrances);
}

export function pageView(page: string, randomness: Randomness): EventContent {
  const seconds = randomness.logNormal({ median: 0.9, spread: 0.5, least: 0.08, most: 12 });
  return { action: 'pageview', page, load_time: Math.round(seconds * 1000) / 1000 };
}

/** A page on a bad day: far above what it usually takes. */
export function slowPageView(page: string, randomness: Randomness): EventContent {
  const seconds = randomness.logNormal({ median: 9, spread: 0.3, least: 6, most: 30 });
  return { action: 'pageview', page, load_time: Math.round(seconds * 1000) / 1000 };
}

/** Opens a product's page: the page view and the commerce event that goes with it. */
export function* openProduct(product: Product, randomness: Randomness): Generator<EventContent> {
  yield pageView(`/product/${product.id}`, randomness);
  yield { action: 'view_item', page: `/product/${product.id}`, ...money([lineOf(product, 1)]) };
  if (randomness.chance(0.12)) {
    yield { action: 'video_play', page: `/product/${product.id}`, video_id: `video-${product.id}` };
  }
}

/** One page of browsing with what a visitor does on it. */
export function* browse(catalogue: Catalogue, randomness: Randomness): Generator<EventContent> {
  const draw = randomness.uniform();
  const page =
    draw < 0.15
      ? '/home'
      : draw < 0.3
        ? '/products'
        : draw < 0.5
          ? `/category/${randomness.pick(catalogue.categories)}`
          : null;
  if (page === null) yield* openProduct(catalogue.choose(randomness), randomness);
  else yield pageView(page, randomness);
  yield* linger(page ?? '/products', randomness);
}

function* linger(page: string, randomness: Randomness): Generator<EventContent> {
  if (randomness.chance(0.5)) yield { action: 'scroll', page, scroll_depth: randomness.whole(1, 10) * 10 };
  if (randomness.chance(0.35)) {
    yield {
      action: 'click',
      page,
      click_target: randomness.pick(['menu', 'photo', 'filter', 'reviews', 'size-table']),
    };
  }
  if (randomness.chance(0.04)) yield { action: 'form_submit', page, form_name: 'newsletter' };
}

export function lineOf(product: Product, quantity: number): LineItem {
  return { product_id: product.id, quantity, price: product.price };
}

export function money(items: readonly LineItem[]): Pick<EventContent, 'items' | 'value' | 'currency'> {
  const cents = items.reduce((sum, line) => sum + Math.round(line.price * 100) * line.quantity, 0);
  return { items, value: cents / 100, currency: CURRENCY };
}
