import type { Child } from './child.ts';

/** A server that answers, and how to reach it. */
export interface StartedServer {
  readonly child: Child;
  /** Where its programs came from. */
  readonly from: string;
  readonly address: string;
  /** The settings, by their names in the environment, that point at it. */
  readonly environment: Readonly<Record<string, string>>;
}
