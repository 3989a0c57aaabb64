import type {
  AbandonmentRow,
  CartRow,
  HandOver,
  JoinedVisitor,
  JourneyAlert,
  JourneyRecord,
  PurchaseRow,
  RecoveryRow,
  StepRow,
} from '../../events/journey-record.ts';
import type { SegmentRow } from '../../events/segment.ts';

/** Collects what a journey has to write until the workflow hands it to an activity. Of one cart only the latest row counts. */
export class Outbox {
  private readonly carts = new Map<string, CartRow>();
  private readonly purchases = new Map<string, PurchaseRow>();
  private readonly steps: StepRow[] = [];
  private readonly abandonments = new Map<string, AbandonmentRow>();
  private readonly recoveries: RecoveryRow[] = [];
  private readonly alerts: JourneyAlert[] = [];
  private readonly joinedVisitors = new Map<string, JoinedVisitor>();
  private readonly handOvers: HandOver[] = [];

  addSteps(rows: readonly StepRow[]): void {
    this.steps.push(...rows);
  }

  addCart(row: CartRow | null): void {
    if (row) this.carts.set(row.cartId, row);
  }

  addPurchase(row: PurchaseRow): void {
    this.purchases.set(row.purchaseId, row);
  }

  addAbandonment(row: AbandonmentRow): void {
    this.abandonments.set(row.cartId, row);
  }

  addRecovery(row: RecoveryRow): void {
    this.recoveries.push(row);
  }

  addAlert(alert: JourneyAlert): void {
    this.alerts.push(alert);
  }

  addJoinedVisitor(joined: JoinedVisitor | null): void {
    if (joined) this.joinedVisitors.set(joined.visitorId, joined);
  }

  /** The visitor's events are a user's: what was to be written of them in its own name is not. */
  handOver(handOver: HandOver): void {
    this.take(() => null);
    this.handOvers.push(handOver);
  }

  /** Empties it; `null` when there is nothing to write. A change of segment is asked for last, as it may depend on the rest. */
  take(changeToTell: (writesAnyway: boolean) => SegmentRow | null): JourneyRecord | null {
    const record: JourneyRecord = {
      steps: this.steps.splice(0),
      carts: [...this.carts.values()],
      purchases: [...this.purchases.values()],
      abandonments: [...this.abandonments.values()],
      recoveries: this.recoveries.splice(0),
      alerts: this.alerts.splice(0),
      joinedVisitors: [...this.joinedVisitors.values()],
      handOvers: this.handOvers.splice(0),
      segments: [],
    };
    this.carts.clear();
    this.purchases.clear();
    this.abandonments.clear();
    this.joinedVisitors.clear();
    const isEmpty = Object.values(record).every((rows: readonly unknown[]) => rows.length === 0);
    const change = changeToTell(!isEmpty);
    if (change) return { ...record, segments: [change] };
    return isEmpty ? null : record;
  }
}
