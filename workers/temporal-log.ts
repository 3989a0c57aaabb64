import type { LogEntry } from '@temporalio/worker';

import type { Log } from '../connections/log.ts';

/**
 * Temporal's own log lines as ours, without what they carry: an error's message may quote a payload. One is raised to an
 * error and says what to do: a history that this code does not fit stands still until code comes that does.
 */
export const toLog =
  (log: Log) =>
  ({ level, message, meta }: LogEntry): void => {
    const entry = {
      ...(meta?.['error'] instanceof Error ? { error: meta['error'].name } : {}),
      part: meta?.['sdkComponent'] as unknown,
    };
    if (isForeignHistory(meta)) log.error({ ...entry, run: runOf(meta) }, foreignHistoryMessage);
    else if (level === 'ERROR') log.error(entry, message);
    else if (level === 'WARN') log.warn(entry, message);
    else log.debug(entry, message);
  };

/** Temporal's own code of a history that does not replay. */
const foreignHistoryCode = 'TMPRL1100';

export const foreignHistoryMessage =
  'a workflow stands still: this code does not replay its history. Nothing is lost; bring back code that does (docs/deploying.md)';

function isForeignHistory(meta: LogEntry['meta']): boolean {
  const details = [meta?.['failure'], meta?.['error']];
  return JSON.stringify(details, messagesToo).includes(foreignHistoryCode);
}

/** Errors have their message outside of what JSON sees. */
const messagesToo = (_key: string, value: unknown): unknown =>
  value instanceof Error ? value.message : value;

const runOf = (meta: LogEntry['meta']): unknown => meta?.['runId'] ?? meta?.['run_id'];
