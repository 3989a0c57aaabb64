const lookForParentMs = 500;
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopRequest {
  /** Aborted once, by the first request. */
  readonly signal: AbortSignal;
  /** Resolves at the first request. */
  readonly requested: Promise<void>;
  dispose(): void;
}

/**
 * Waits for Ctrl-C, SIGTERM or SIGHUP, or for the end of the npm that started this process. A second signal changes
 * nothing, so that it cannot break an orderly stop: a terminal and npm both pass on the same Ctrl-C.
 */
export function onStopRequest(): StopRequest {
  const controller = new AbortController();
  const { signal } = controller;
  const request = (): void => controller.abort();
  for (const name of stopSignals) process.on(name, request);
  const parent = process.ppid;
  // npm starts a shell that may die of a signal without passing it on.
  const watch = process.env['npm_lifecycle_event']
    ? setInterval(() => process.ppid !== parent && request(), lookForParentMs).unref()
    : undefined;
  return {
    signal,
    requested: new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    dispose() {
      clearInterval(watch);
      for (const name of stopSignals) process.off(name, request);
    },
  };
}
