import { placeOf } from '../../bridge/dead-letters/dead-letter.ts';
import type { ReplayOutcome, ReplayResult } from '../../bridge/dead-letters/replay.ts';
import { goneText } from './wording.ts';

/** What `--json` prints. */
export interface ReplaySummary {
  /** Of a dry run: what would be. */
  readonly replayed: number;
  readonly already_replayed: number;
  readonly still_unusable: number;
  readonly still_unusable_by_reason: Readonly<Record<string, number>>;
  readonly expired: number;
  readonly other_topic: number;
  readonly dry_run: boolean;
}

const mostReasons = 1_000;
const mostExamples = 20;

/** Counts what became of the letters, and keeps a few that were not brought back for a person to look at. */
export class ReplayTally {
  private readonly counts = new Map<ReplayOutcome, number>();
  private readonly reasons = new Map<string, number>();
  private readonly examples: string[] = [];

  add(results: readonly ReplayResult[]): void {
    for (const { letter, outcome, reason } of results) {
      this.counts.set(outcome, this.of(outcome) + 1);
      if (reason !== undefined) {
        const name = this.reasons.has(reason) || this.reasons.size < mostReasons ? reason : 'other reasons';
        this.reasons.set(name, (this.reasons.get(name) ?? 0) + 1);
      }
      const why =
        reason ?? (outcome === 'expired' || outcome === 'other topic' ? goneText[outcome] : undefined);
      if (why !== undefined && this.examples.length < mostExamples)
        this.examples.push(`  ${placeOf(letter)}  ${why}`);
    }
  }

  get replayed(): number {
    return this.of('replayed');
  }

  get notBroughtBack(): number {
    return this.of('still unusable') + this.of('expired') + this.of('other topic');
  }

  summary(dryRun: boolean): ReplaySummary {
    return {
      replayed: this.replayed,
      already_replayed: this.of('already replayed'),
      still_unusable: this.of('still unusable'),
      still_unusable_by_reason: Object.fromEntries(this.reasons),
      expired: this.of('expired'),
      other_topic: this.of('other topic'),
      dry_run: dryRun,
    };
  }

  text(dryRun: boolean): string {
    const would = dryRun ? 'would be replayed' : 'replayed';
    const gone = this.of('expired') + this.of('other topic');
    const sentence = `${this.replayed} ${would}, ${this.of('already replayed')} had been replayed before, ${this.of('still unusable')} still unusable, ${gone} gone.`;
    const more = this.notBroughtBack - this.examples.length;
    return [sentence, ...this.examples, ...(more > 0 ? [`  … and ${more} more`] : []), ''].join('\n');
  }

  private of(outcome: ReplayOutcome): number {
    return this.counts.get(outcome) ?? 0;
  }
}
