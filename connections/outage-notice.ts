import type { Log } from './log.ts';

/** One sentence each, for whoever reads the log. */
export interface OutageSentences {
  readonly away: string;
  readonly back: string;
}

export interface OutageNotice {
  readonly onRetry: (error: unknown) => void;
  readonly onWorked: () => void;
}

const sayEveryMs = 60_000;

/**
 * Tells the log of an outage when it begins, once a minute while it lasts, and when it is over: an hour without a store is a
 * page of log, however many tries it was. At most two lines a minute where several callers share one notice and only some
 * of them get through.
 */
export function outageNotice(log: Log, { away, back }: OutageSentences): OutageNotice {
  let since: number | undefined;
  let retries = 0;
  let saidAt = -Infinity;
  let isSaid = false;
  const seconds = (now: number, from: number): number => Math.round((now - from) / 1000);
  return {
    onRetry: (error) => {
      const now = Date.now();
      since ??= now;
      retries += 1;
      if (now - saidAt < sayEveryMs) return;
      saidAt = now;
      isSaid = true;
      const { code, name } = error as { code?: string; name?: string };
      log.warn({ code, error: name, retries, seconds: seconds(now, since) }, away);
    },
    onWorked: () => {
      if (since === undefined) return;
      if (isSaid) log.info({ retries, seconds: seconds(Date.now(), since) }, back);
      since = undefined;
      isSaid = false;
      retries = 0;
    },
  };
}
