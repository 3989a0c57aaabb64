import { onStopRequest } from '../../stack/stop-request.ts';

export interface Interrupts {
  /** Aborted by the first request to stop: the shop closes, and the summary follows. */
  readonly closing: AbortSignal;
  /** Aborted by a second: nothing is waited for any longer. */
  readonly hurry: AbortSignal;
  readonly stopListening: () => void;
}

/** A terminal and npm both pass on the same Ctrl-C: what comes this soon after the first is the first. */
const sameRequestMs = 1000;

export function listenForInterrupts(onFirst: () => void): Interrupts {
  const stopRequest = onStopRequest();
  const hurry = new AbortController();
  let firstAt: number | undefined;
  stopRequest.signal.addEventListener('abort', () => {
    firstAt = Date.now();
    onFirst();
  });
  const again = (): void => {
    if (firstAt !== undefined && Date.now() - firstAt > sameRequestMs) hurry.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, again);
  return {
    closing: stopRequest.signal,
    hurry: hurry.signal,
    stopListening: () => {
      stopRequest.dispose();
      for (const signal of signals) process.off(signal, again);
    },
  };
}
