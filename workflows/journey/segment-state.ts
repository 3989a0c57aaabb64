import type { Segment } from '../../events/segment.ts';

/** What a journey keeps to tell its segment. Plain JSON, a few hundred bytes, bounded. */
export interface SegmentState {
  segment: Segment;
  /** Event time (ms) at which its rule began to hold. */
  since: number;
  /** The last one that was told to others. A journey begins as `new`, which goes without saying. */
  told: Segment;
  signs: Signs;
}

/** What a shopper shows beside steps and carts. Counted event by event, so that it does not depend on how letters are cut. */
export interface Signs {
  /** The open cart that the next seven speak of. */
  cartId: string | null;
  /** Something was put into it. */
  filled: boolean;
  /** The cart page was seen after that. */
  sawCart: boolean;
  /** It is worth a lot. */
  isDear: boolean;
  /** Page views of products or of the cart since the last step forward … */
  looks: number;
  /** … removals … */
  removals: number;
  /** … and times that the checkout was left for another page. */
  retreats: number;
  /** The page seen last is not the checkout that was begun. */
  isAway: boolean;
  /** Session, purchases and abandonments that the product views belong to: each change of them begins anew. */
  chapter: string;
  /** Views of the products seen last, oldest first. */
  productViews: (readonly [page: string, views: number])[];
  /** The most views of one product. */
  mostViews: number;
  /** How many purchases there were when the next was noted … */
  purchases: number;
  /** … and how many abandoned carts. */
  abandonmentsAtPurchase: number;
}

export function firstSegment(): SegmentState {
  return {
    segment: 'new',
    since: 0,
    told: 'new',
    signs: {
      cartId: null,
      filled: false,
      sawCart: false,
      isDear: false,
      looks: 0,
      removals: 0,
      retreats: 0,
      isAway: false,
      chapter: '',
      productViews: [],
      mostViews: 0,
      purchases: 0,
      abandonmentsAtPurchase: 0,
    },
  };
}
