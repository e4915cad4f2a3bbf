/** Holds a whole run against what Parley promises. Knows the protocol's types and nothing of how servers and clients are made. */
import { checkOperations } from './check-operations.js';
import { checkTold } from './check-told.js';
import { checkViews } from './check-views.js';
import { checkWatermarks } from './check-watermarks.js';
import { completePeople } from './complete-people.js';
import { LogIndex } from './log-index.js';
import type { RunHistory, RunViolation } from './run-history.js';

/** All violations; an empty list approves the run. One pass over each part, so the cost grows with the length of the run. */
export function checkRun(run: RunHistory): RunViolation[] {
  const log = new LogIndex(completePeople(run.log, run.clients, run.operations));
  return [
    ...checkOperations(log, run.operations),
    ...run.clients.flatMap((client) => [...checkTold(log, client)]),
    ...checkViews(log, run.views),
    ...checkWatermarks(log, run.watermarks),
  ];
}
