import type { ActionName } from './actions.ts';

/** No amount of money is above this: the record keeps 12 digits before the point, and a sum must fit as well. */
export const greatestAmount = 100_000_000_000;

export interface Item {
  readonly productId: string;
  readonly quantity: number;
  /** Price of one, in the event's currency; null where the shop did not say. */
  readonly price: number | null;
}

export interface Device {
  readonly type: string | null;
  readonly browser: string | null;
  readonly os: string | null;
}

/** Only those parts of a device that are known. */
export type KnownDevice = { readonly [Part in keyof Device]?: string };

/** The canonical event: what a raw event says, checked, with pseudonyms in place of ids. Nothing personal is left in it. */
export interface ShopEvent {
  readonly eventId: string;
  /** Event time, milliseconds since 1970; clamped to the broker's time when it was far in the future. */
  readonly time: number;
  readonly timeClamped: boolean;
  /** The pseudonym under which the actor runs: the user's, or for a visitor the session's. */
  readonly journeyId: string;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly action: ActionName;
  readonly page: string | null;
  readonly referrer: string | null;
  readonly device: Device;
  readonly loadTimeSeconds: number | null;
  readonly items: readonly Item[];
  readonly value: number | null;
  readonly currency: string | null;
  readonly orderId: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
  /** A robot's user agent stands in it. */
  readonly bot: boolean;
}
