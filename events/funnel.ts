/** The funnel, in order. The index of a step is its rank. */
export const funnelSteps = ['browse', 'product', 'cart', 'checkout', 'purchase'] as const;

export type FunnelStep = (typeof funnelSteps)[number];

export const rankOf = (step: FunnelStep): number => funnelSteps.indexOf(step);

/** A page without what remains of its query, its UTM parameters: steps are told by the path alone. */
export function pathOf(page: string | null | undefined): string | null {
  if (page === null || page === undefined) return null;
  const query = page.indexOf('?');
  return query === -1 ? page : page.slice(0, query);
}

/** What a viewed page says about the funnel. */
export function stepOfPage(page: string): FunnelStep {
  const path = page.toLowerCase();
  if (isBelow(path, '/product')) return 'product';
  if (isBelow(path, '/cart')) return 'cart';
  if (isBelow(path, '/checkout')) return 'checkout';
  if (isBelow(path, '/purchase-complete')) return 'purchase';
  return 'browse';
}

function isBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}/`);
}
