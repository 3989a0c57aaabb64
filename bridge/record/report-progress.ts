import type { OffsetReader } from '../../connections/kafka.ts';
import type { Database } from '../../connections/postgres.ts';
import { PartitionProgress } from './progress.ts';

/** Keeps the progress of this member's partitions, and writes it where the actors' question about silence reads it. */
export class ProgressReport {
  private partitions = new Map<number, PartitionProgress>();
  private readonly offsets: OffsetReader;
  private readonly database: Database;
  private readonly topic: string;

  constructor(offsets: OffsetReader, database: Database, topic: string) {
    this.offsets = offsets;
    this.database = database;
    this.topic = topic;
  }

  /** Starts over with the partitions that the group gave to this member, each recorded up to its committed offset. */
  assign(recordedUpTo: ReadonlyMap<number, number>): void {
    this.partitions = new Map();
    for (const [partition, next] of recordedUpTo) {
      const progress = new PartitionProgress();
      progress.recorded(next);
      this.partitions.set(partition, progress);
    }
  }

  recorded(partition: number, next: number): void {
    this.partitions.get(partition)?.recorded(next);
  }

  /** Asks the broker where the log ends and writes what is known. Call it a few times a second. */
  async report(): Promise<void> {
    const takenAt = Date.now();
    const ends = await this.offsets.ends(this.topic);
    for (const { partition, end } of ends) this.partitions.get(partition)?.sawEnd(takenAt, end);
    // A partition without progress is written too, as the epoch: left out, the others would speak for the whole topic.
    const rows = ends.map(({ partition }) => ({
      partition,
      until: this.partitions.get(partition)?.readUntil ?? 0,
    }));
    await this.database.query({
      name: 'write-progress',
      text: writeProgress,
      values: [this.topic, JSON.stringify(rows)],
    });
  }
}

const writeProgress = `
  INSERT INTO record_progress AS kept (topic, partition, read_until)
  SELECT $1, partition, to_timestamp(until / 1000.0)
  FROM json_to_recordset($2::json) AS r(partition integer, until float8)
  ON CONFLICT (topic, partition) DO UPDATE SET read_until = greatest(kept.read_until, excluded.read_until)`;
