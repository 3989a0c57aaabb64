import { actionOf, type ActionName, type CartEffect } from '../../events/actions.ts';
import { pathOf, type FunnelStep } from '../../events/funnel.ts';
import type { LetterLine } from '../../events/letter.ts';
import type { Item, KnownDevice } from '../../events/shop-event.ts';

/** A line of a letter as the reducers read it. */
export interface JourneyEvent {
  readonly time: number;
  readonly eventId: string;
  readonly action: ActionName;
  readonly page: string | null;
  readonly step: FunnelStep | null;
  readonly cartEffect: CartEffect | null;
  readonly items: readonly Item[];
  readonly value: number | null;
  readonly currency: string | null;
  readonly orderId: string | null;
  readonly referrer: string | null;
  /** Done as a visitor, before the user was known: however old it is when it comes, it is not late. */
  readonly asVisitor: boolean;
  /** Seconds; only of checkout pages. */
  readonly loadTime: number | null;
  /** Only of forms on checkout pages; null where the producer does not say. */
  readonly failed: boolean | null;
  readonly form: string | null;
  readonly device: KnownDevice | null;
}

export function readLine(line: LetterLine, asVisitor = false): JourneyEvent {
  const [, , time, eventId, action, page, detail] = line;
  const { step, cart } = actionOf(action);
  const path = pathOf(page);
  return {
    time,
    eventId,
    action,
    page: path,
    step: step(path),
    cartEffect: cart(path),
    items: detail?.items ?? [],
    value: detail?.value ?? null,
    currency: detail?.currency ?? null,
    orderId: detail?.orderId ?? null,
    referrer: detail?.referrer ?? null,
    asVisitor,
    loadTime: detail?.loadTime ?? null,
    failed: detail?.failed ?? null,
    form: detail?.form ?? null,
    device: detail?.device ?? null,
  };
}
