interface Sample {
  readonly atMs: number;
  readonly total: number;
}

/** Events a second from a running total, over the last few seconds or since the sample before, if that is longer ago. */
export class RateMeter {
  readonly #windowMs: number;
  #samples: readonly Sample[] = [];

  constructor(windowMs = 3000) {
    this.#windowMs = windowMs;
  }

  note(atMs: number, total: number): number {
    const before = this.#samples.findLastIndex((sample) => sample.atMs <= atMs - this.#windowMs);
    this.#samples = [...this.#samples.slice(Math.max(0, before)), { atMs, total }];
    const [oldest] = this.#samples;
    if (oldest === undefined || oldest.atMs === atMs) return 0;
    return ((total - oldest.total) * 1000) / (atMs - oldest.atMs);
  }
}
