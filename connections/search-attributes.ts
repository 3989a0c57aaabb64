import type { Connection } from '@temporalio/client';

import type { Settings } from '../settings/settings.ts';
import { connectTemporal, temporalRefusal } from './temporal.ts';

/** The server's numbers for the types (temporal.api.enums.v1.IndexedValueType); the client library exports no names for them. */
const indexedValueType = { keyword: 2, double: 4, datetime: 6 } as const;

/** What journeys and alert rules are found by in the Temporal UI. */
export const searchAttributes = {
  FunnelStep: indexedValueType.keyword,
  CartValue: indexedValueType.double,
  LastSeen: indexedValueType.datetime,
  Segment: indexedValueType.keyword,
  RuleStatus: indexedValueType.keyword,
} as const;

/** Adds the search attributes that the namespace lacks. */
export async function ensureSearchAttributes(settings: Settings): Promise<void> {
  const connection = await connectTemporal(settings);
  try {
    await addMissingSearchAttributes(connection, settings.TEMPORAL_NAMESPACE);
  } catch (error) {
    throw temporalRefusal(settings, error) ?? error;
  } finally {
    await connection.close();
  }
}

export async function addMissingSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const known = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(searchAttributes).filter(
    ([name]) => !Object.hasOwn(known.customAttributes, name),
  );
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing),
  });
}
