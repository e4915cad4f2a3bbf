import type { BucketTable } from './bucket-table.js';
import type { SharedCounts } from './shared-counts.js';

/** As many as one script runs through in about a millisecond. */
const bucketsPerScript = 256;

/**
 * Tells what was taken here since the last time, and takes over what all nodes together owe. What cannot be told is forgotten: the buckets here hold by
 * themselves, and a debt of minutes told late would punish what was allowed.
 */
export async function tellOtherNodes(
  tables: readonly BucketTable[],
  shared: Pick<SharedCounts, 'add'>,
  time: () => number,
): Promise<void> {
  for (const table of tables)
    for (let untold = take(table); untold.length > 0; untold = take(table)) {
      const { name: rule, pace } = table;
      const takings = untold.map((bucket) => ({ rule, bucket, pace, cost: bucket.untold }));
      for (const bucket of untold) bucket.untold = 0;
      let owed: readonly number[];
      try {
        owed = await shared.add(takings);
      } catch (error) {
        forget(tables);
        throw error;
      }
      const now = time();
      for (const [index, bucket] of untold.entries())
        bucket.fullAt = Math.max(bucket.fullAt, now + (owed[index] ?? 0) + bucket.untold * pace.perTokenMs);
    }
}

function take(table: BucketTable) {
  return table.untold.splice(0, bucketsPerScript).filter(({ untold }) => untold !== 0);
}

function forget(tables: readonly BucketTable[]): void {
  for (const { untold } of tables) for (const bucket of untold.splice(0)) bucket.untold = 0;
}
