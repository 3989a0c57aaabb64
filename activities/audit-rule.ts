import { ApplicationFailure } from '@temporalio/common';

import { isRefusedValue, type Database } from '../connections/postgres.ts';
import type { AlertRuleActivities } from './activities.ts';
import { writeAuditEntry } from './write-audit-entry.ts';

/** Notes what was done to a rule. An entry that the log refuses, as for a pseudonym in it, is not tried again. */
export const createAuditRule =
  (database: Database): AlertRuleActivities['auditRule'] =>
  async (entry) => {
    try {
      await writeAuditEntry(database, entry);
    } catch (error) {
      if (!isRefusedValue(error)) throw error;
      throw ApplicationFailure.nonRetryable('the audit log refuses the entry');
    }
  };
