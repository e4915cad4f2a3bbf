import { Replica } from '../checker/replica.js';

interface Place {
  readonly replica: Replica;
  /** Everything up to here is in it; undefined until it was loaded. */
  cursor: number | undefined;
  /** The last seq that was told. */
  told: number;
  /** How its load goes, for the report of a run that did not settle. */
  load: string;
}

/** The conversations a client shows: begun by a load or an event, ended by a removal. */
export class Shown {
  readonly #places = new Map<string, Place>();

  /** The conversation, begun now when it was not shown. `isNew`: it is to be loaded. */
  enter(conversationId: string): { readonly place: Place; readonly isNew: boolean } {
    const known = this.#places.get(conversationId);
    if (known !== undefined) return { place: known, isNew: false };
    const place: Place = { replica: new Replica(), cursor: undefined, told: 0, load: 'begun' };
    this.#places.set(conversationId, place);
    return { place, isNew: true };
  }

  /** True while this very showing of the conversation goes on. */
  isShown(conversationId: string, place: Place): boolean {
    return this.#places.get(conversationId) === place;
  }

  has(conversationId: string): boolean {
    return this.#places.has(conversationId);
  }

  leave(conversationId: string): void {
    this.#places.delete(conversationId);
  }

  clear(): void {
    this.#places.clear();
  }

  conversationIds(): string[] {
    return [...this.#places.keys()];
  }

  /** Up to where it shows everything; 0 where it shows nothing yet. */
  cursor(conversationId: string): number {
    const place = this.#places.get(conversationId);
    return place?.cursor === undefined ? 0 : Math.max(place.cursor, place.told);
  }

  /** How far it got and how. */
  describe(conversationId: string): string {
    const place = this.#places.get(conversationId);
    return place === undefined
      ? 'not shown'
      : `told ${place.told}, read to ${place.cursor}, load ${place.load}`;
  }

  rows(conversationId: string): ReadonlyMap<string, string> {
    return this.#places.get(conversationId)?.replica.rows() ?? new Map();
  }
}
