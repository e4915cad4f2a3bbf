import type { Clock } from '../../lib/clock.js';

/** Runs one statement as the only one. */
export type RunStatement = (text: string) => Promise<unknown>;

const intervalMs = 60_000;
/** Every so many rounds, also vacuum. */
const roundsPerVacuum = 10;

/**
 * What PostgreSQL's background workers would do: the embedded engine has no autovacuum and no auto-analyze (pages were ten times slower without), and a
 * checkpoint keeps what has to be replayed after a crash small. Rounds in which nothing was written are skipped.
 */
export function startMaintenance(options: {
  readonly clock: Clock;
  readonly run: RunStatement;
  /** Statements run so far: tells whether anything happened. */
  readonly statements: () => number;
  readonly onError: (error: unknown) => void;
}): () => void {
  let round = 0;
  let seen = 0;
  return options.clock.every(intervalMs, () => {
    if (options.statements() === seen) return;
    round += 1;
    const work =
      round % roundsPerVacuum === 0 ? ['vacuum', 'analyze', 'checkpoint'] : ['analyze', 'checkpoint'];
    runAll(options.run, work)
      .catch(options.onError)
      .finally(() => {
        seen = options.statements();
      });
  });
}

async function runAll(run: RunStatement, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await run(statement);
}
