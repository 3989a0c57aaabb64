import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

/**
 * kafkajs 2.2.4 arms a timer for the end of a throttling that never was: the negative time is a warning on Node 24, and
 * a timer that fires at once on every version. Nothing waits and nothing is throttled then, so no timer is needed.
 */
export function guardKafkajsTimers(): void {
  const module = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
    prototype: RequestQueue;
  };
  const { prototype } = module;
  // eslint's unbound-method does not apply: it is called with its own `this` below.
  const schedule = Object.getOwnPropertyDescriptor(prototype, 'scheduleCheckPendingRequests')?.value as (
    this: RequestQueue,
  ) => void;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    schedule.call(this);
  };
}
