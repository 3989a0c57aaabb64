import { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

import type { Settings } from '../settings/settings.ts';
import { temporalConnectionOptions } from './temporal.ts';

const { IndexedValueType } = temporal.api.enums.v1;

/** What journeys are found by in the Temporal UI. */
export const searchAttributes = {
  FunnelStep: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  CartValue: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  LastSeen: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
} as const;

/** Adds the search attributes that the namespace lacks. */
export async function ensureSearchAttributes(settings: Settings): Promise<void> {
  const connection = await Connection.connect(temporalConnectionOptions(settings));
  try {
    const namespace = settings.TEMPORAL_NAMESPACE;
    const known = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(searchAttributes).filter(
      ([name]) => !Object.hasOwn(known.customAttributes, name),
    );
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing),
    });
  } finally {
    await connection.close();
  }
}
