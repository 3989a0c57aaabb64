/**
 * What this shop's tracker puts on `raw-events`. Declared here and not shared with the bridge: the simulator plays
 * a producer that knows the written contract only, so a disagreement between the two shows instead of hiding.
 */

export type Behaviour = 'pageview' | 'click' | 'scroll' | 'form_submit' | 'video_play' | 'login';

export type CommerceAction =
  'view_item' | 'add_to_cart' | 'remove_from_cart' | 'begin_checkout' | 'add_payment_info' | 'purchase';

export interface Device {
  readonly type: 'mobile' | 'desktop' | 'tablet';
  readonly browser: string;
  readonly os: string;
}

export interface LineItem {
  readonly product_id: string;
  readonly quantity: number;
  /** Of one piece, in the event's currency. */
  readonly price: number;
}

export interface WireEvent {
  readonly event_id: string;
  /** ISO 8601 with `Z`. */
  readonly timestamp: string;
  readonly user_id: string | null;
  readonly session_id: string;
  readonly action: Behaviour | CommerceAction;
  readonly page: string;
  readonly device: Device;
  readonly referrer: string | null;
  /** Seconds; only page views have one. */
  readonly load_time: number | null;
  readonly ip_address: string;
  /** Only robots send theirs. */
  readonly user_agent?: string;
  readonly click_target?: string;
  /** Percent of the page's height. */
  readonly scroll_depth?: number;
  readonly form_name?: string;
  /** Of forms in the checkout. */
  readonly success?: boolean;
  readonly error_code?: string;
  readonly video_id?: string;
  readonly items?: readonly LineItem[];
  readonly value?: number;
  readonly currency?: string;
  readonly order_id?: string;
}

/** What a step of a session decides; who, where from and when are filled in around it. */
export type EventContent = Omit<
  WireEvent,
  'event_id' | 'timestamp' | 'user_id' | 'session_id' | 'device' | 'ip_address' | 'referrer' | 'load_time'
> &
  Partial<Pick<WireEvent, 'referrer' | 'load_time'>>;
