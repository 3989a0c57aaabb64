/** A table whose rows are about one person. */
export interface HeldTable {
  readonly table: string;
  /** SQL expressions, each a pseudonym: a row is the person's where one of them is. */
  readonly identities: readonly string[];
  /** When what the row tells happened: of a session that several people used, only the earlier rows are the person's. */
  readonly happenedAt: string;
  /** How a row goes on without the person where its figures must stay; without it the row is deleted. */
  readonly anonymise?: string;
}

/**
 * All that the database holds by person. A test compares the list with the schema: a new table with a pseudonym in it must
 * be listed here, and refuse what suppressed people leave (`CALL refuse_suppressed(…)` in its migration).
 */
export const heldTables: readonly HeldTable[] = [
  { table: 'events', identities: ['journey_id'], happenedAt: '"timestamp"' },
  { table: 'funnel_steps', identities: ['journey_id'], happenedAt: 'reached_at' },
  { table: 'carts', identities: ['journey_id'], happenedAt: 'opened_at' },
  { table: 'abandonments', identities: ['journey_id'], happenedAt: 'abandoned_at' },
  { table: 'journey_segments', identities: ['journey_id'], happenedAt: 'since' },
  { table: 'alerts', identities: [`(metadata ->> 'journey_id')`], happenedAt: '"timestamp"' },
  { table: 'user_sessions', identities: ['journey_id'], happenedAt: 'start_time' },
  { table: 'user_activity', identities: ['journey_id'], happenedAt: 'window_end_time' },
  {
    table: 'purchases',
    identities: ['journey_id'],
    happenedAt: 'purchased_at',
    // Revenue is bookkeeping: what was sold in which hour stays, and no two rows can be told to be of one person.
    anonymise: `
      journey_id = 'erased_' || gen_random_uuid(), purchase_id = 'erased_' || gen_random_uuid(),
      order_id = NULL, cart_id = NULL, purchased_at = date_trunc('hour', purchased_at, 'UTC')`,
  },
  {
    table: 'orders',
    identities: ['journey_id'],
    happenedAt: 'purchased_at',
    anonymise: `
      journey_id = 'erased_' || gen_random_uuid(), order_key = 'erased_' || gen_random_uuid(),
      event_id = 'erased_' || gen_random_uuid(), purchased_at = date_trunc('hour', purchased_at, 'UTC')`,
  },
  {
    table: 'report_rebuild',
    identities: ['journeys_after'],
    happenedAt: 'requested_at',
    // How far a rebuild has come: one under way begins again, and does what is done already once more.
    anonymise: `journeys_after = ''`,
  },
  // Last: it says which visitors are the person.
  { table: 'identities', identities: ['user_id', 'session_id'], happenedAt: 'known_since' },
];
