import type { Command, Operation } from './command.js';

/**
 * The operations of one conversation that share a flush. All parts of its statements see one snapshot, so of two operations that meet only the first
 * may be in it: those that change the same row, one that refers to what the other changes or makes, two under one name. Commands that commute may
 * share their targets with their own kind.
 */
export class FlushPart {
  /** What is changed, and by which commuting command alone; undefined when nothing else may join. */
  readonly #touched = new Map<string, Command | undefined>();
  readonly #referred = new Set<string>();
  readonly #names = new Set<string>();
  #isPlain = true;
  #bytes = 0;

  /** True when all of it are plain messages. */
  get isPlain(): boolean {
    return this.#isPlain;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes an operation in, or says that it has to wait for the next flush. */
  take(operation: Operation): boolean {
    if (this.#meets(operation)) return false;
    const { command, targets, refersTo = [], opId, send, bytes } = operation;
    for (const target of targets) this.#touched.set(target, command.commutes ? command : undefined);
    for (const id of refersTo) this.#referred.add(id);
    this.#names.add(opId);
    if (send === undefined) this.#isPlain = false;
    this.#bytes += bytes;
    return true;
  }

  #meets({ command, targets, refersTo = [], opId }: Operation): boolean {
    if (this.#names.has(opId)) return true;
    const isTaken = (id: string): boolean =>
      this.#referred.has(id) ||
      (this.#touched.has(id) && !(command.commutes && this.#touched.get(id) === command));
    return targets.some(isTaken) || refersTo.some((id) => this.#touched.has(id));
  }
}
