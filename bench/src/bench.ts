/** What a bench is, and what it hands back. Names of subjects, cases and metrics stay the same for ever: figures are compared by them. */
export interface Bench {
  readonly name: string;
  readonly describe: string;
  run(environment: BenchEnvironment): Promise<BenchReport>;
}

export interface BenchEnvironment {
  readonly options: BenchOptions;
  /** A PostgreSQL that waits for its disk; undefined when the runner was started without one. */
  readonly databaseUrl: string | undefined;
  /** Tells what is going on. */
  readonly say: (line: string) => void;
}

export interface BenchOptions {
  /** Runs of every subject; the figures are their medians. */
  readonly runs: number;
  /** Short windows, to see that a bench works. */
  readonly isQuick: boolean;
  /** Only these subjects and cases; empty for all. */
  readonly subjects: readonly string[];
  readonly cases: readonly string[];
  /** Takes a CPU profile of each server. Costs some speed. */
  readonly isProfiled: boolean;
}

export interface BenchReport {
  readonly tables: readonly Table[];
  readonly rows: readonly Row[];
  /** Goals and what came out, in words. */
  readonly remarks: readonly string[];
  /** What could not run or did not hold. Any makes the whole bench fail. */
  readonly faults: readonly string[];
}

/** One figure. */
export interface Row {
  readonly bench: string;
  readonly subject: string;
  readonly case: string;
  readonly metric: string;
  /** The median of the runs. */
  readonly value: number;
  readonly runs: readonly number[];
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
  /** Lines that begin alike stand together. */
  readonly isGrouped?: true;
}
