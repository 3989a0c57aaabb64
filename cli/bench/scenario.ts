import type { Figure } from './result.ts';

/** What a run of the bench gives to each of its scenarios. */
export interface Bench {
  /** Shorter loads and smaller backlogs: shows that everything works, and its figures are no evidence. */
  readonly quick: boolean;
  /** Aborted by Ctrl-C, or when the scenario has used up its time. */
  readonly signal: AbortSignal;
  /** Says on stderr what is being done. */
  readonly tell: (sentence: string) => void;
}

/** One comparison or load. It starts the system afresh, measures, and has stopped everything when it is done. */
export interface Scenario {
  readonly name: string;
  /** One line for `--list`: what it shows, with its goal. */
  readonly shows: string;
  /** How it is measured and what it is compared with, in a few sentences: printed before it runs. */
  readonly method: string;
  /** It is called off after this; milliseconds. */
  readonly longestMs: number;
  readonly run: (bench: Bench) => Promise<readonly Figure[]>;
}
