/**
 * Writes down what happens in a run. A restored backup begins another history: what was written until then is judged against the log as it was at that moment,
 * and of the operations only those that the backup has stay acknowledged.
 */
import { checkRun } from '../checker/check-run.js';
import type {
  ClientStory,
  LogEntry,
  Operation,
  RunView,
  RunViolation,
  Told,
  WatermarkReading,
} from '../checker/run-history.js';
import { unfold } from '../checker/unfold.js';

type Story = ClientStory & { readonly told: Told[] };

export class SimHistory {
  readonly operations: Operation[] = [];
  readonly violations: RunViolation[] = [];
  /** Operations under an id that had been used before. */
  readonly reuses = new Set<Operation>();
  #stories: Story[] = [];
  #watermarks: WatermarkReading[] = [];
  #epoch = 0;

  get epoch(): number {
    return this.#epoch;
  }

  /** A client begins to be told things. */
  open(client: string, userId: string): (told: Told) => void {
    const story: Story = { client, userId, told: [] };
    this.#stories.push(story);
    return (told) => void story.told.push(told);
  }

  read(reading: WatermarkReading): void {
    this.#watermarks.push(reading);
  }

  /** An operation that was lost before anybody knew of it is called once more. */
  beginsAgain(operation: Operation): void {
    this.operations.splice(this.operations.indexOf(operation), 1);
    this.operations.push(operation);
  }

  /** Holds everything so far against the log. */
  judge(log: readonly LogEntry[], views: readonly RunView[] = []): void {
    const { operations, violations } = unfold(withoutAgreeing(this.operations, this.reuses), log);
    const clients = this.#stories;
    this.violations.push(
      ...violations,
      ...checkRun({ operations, clients, log, views, watermarks: this.#watermarks }),
    );
  }

  /** @param heads  of the backup, by conversation */
  restored(heads: ReadonlyMap<string, number>): void {
    this.#epoch += 1;
    this.#stories = [];
    this.#watermarks = [];
    for (const operation of this.operations) {
      const { outcome, conversationId } = operation;
      if (outcome.type === 'acknowledged' && outcome.seq > (heads.get(conversationId) ?? 0))
        operation.outcome = { type: 'unknown' };
    }
  }
}

/** A repeat under the same id is answered as the first time, and is no operation of its own. */
function withoutAgreeing(operations: readonly Operation[], reuses: ReadonlySet<Operation>): Operation[] {
  const places = new Set(operations.filter((each) => !reuses.has(each)).flatMap(placeOf));
  return operations.filter((operation) => {
    const [place] = placeOf(operation);
    if (!reuses.has(operation) || place === undefined) return true;
    // Where a backup took the first one away, the repeat is the first.
    const isFirst = !places.has(place);
    places.add(place);
    return isFirst;
  });
}

function placeOf({ outcome, actorId, conversationId, targetId }: Operation): string[] {
  return outcome.type === 'acknowledged' ? [`${actorId} ${conversationId} ${targetId} ${outcome.seq}`] : [];
}
