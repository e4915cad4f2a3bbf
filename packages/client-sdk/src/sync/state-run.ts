/**
 * Catching up by state, page by page until the head. A page has rows as they are now, by the seq that last touched them: a message that is new to this
 * client comes where it was sent or where it was changed since, perhaps on more than one page. So a run goes on in one mode and remembers whom it told.
 */
import type { Message } from '@parley/protocol/wire';

export interface StateRun {
  /** What this client knew when the run began. */
  readonly base: number;
  /** Ids of messages that were told since. */
  readonly told: ReadonlySet<string>;
}

export function beginRun(base: number): StateRun {
  return { base, told: new Set() };
}

/** The messages of a page that this client learns of by it, in the order of seq. */
export function learn(
  run: StateRun,
  messages: readonly Message[],
): { readonly run: StateRun; readonly learned: readonly Message[] } {
  const learned = messages.filter(({ seq, id }) => seq > run.base && !run.told.has(id));
  const told = new Set([...run.told, ...learned.map(({ id }) => id)]);
  return { run: { ...run, told }, learned: learned.sort((one, other) => one.seq - other.seq) };
}
