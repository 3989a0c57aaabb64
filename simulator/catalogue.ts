import type { Randomness } from './randomness.ts';

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  /** In `CURRENCY`. */
  readonly price: number;
}

export interface Catalogue {
  /** Best-selling first. */
  readonly products: readonly Product[];
  readonly categories: readonly string[];
  /** A product, the popular ones far more often. */
  readonly choose: (randomness: Randomness) => Product;
}

export const CURRENCY = 'EUR';

/**
 * Zipf: the product of rank k is asked for 1/k as often as the first. Measured for requests to a site's pages by
 * J. Nielsen, "Zipf Curves and Website Popularity" (Alertbox, 1997); assumed here for products.
 */
export const ZIPF_EXPONENT = 1;

export function createCatalogue(randomness: Randomness, size = 200): Catalogue {
  const { faker } = randomness;
  const categories = faker.helpers.uniqueArray(() => pathSegment(faker.commerce.department()), 8);
  const products = Array.from({ length: size }, (_, index): Product => {
    const name = faker.commerce.productName();
    return {
      id: `${pathSegment(name)}-${index + 1}`,
      name,
      category: randomness.pick(categories),
      price: Number(faker.commerce.price({ min: 4, max: 250 })),
    };
  });

  const reachedByRank: number[] = [];
  let total = 0;
  for (let rank = 1; rank <= size; rank += 1) {
    total += 1 / rank ** ZIPF_EXPONENT;
    reachedByRank.push(total);
  }
  return {
    products,
    categories,
    choose: (chance) => {
      const target = chance.uniform() * total;
      return products[firstAbove(reachedByRank, target)] as Product;
    },
  };
}

function firstAbove(ascending: readonly number[], target: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

function pathSegment(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
