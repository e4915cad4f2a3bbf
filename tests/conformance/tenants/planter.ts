import { type Canary, newCanary } from './canaries.js';

/** Makes canaries and remembers in which field of the contract each was planted. */
export class Planter {
  readonly #canaries: Canary[] = [];

  get canaries(): readonly Canary[] {
    return this.#canaries;
  }

  /** Names of fields, as `listInputFields` has them. */
  get fields(): ReadonlySet<string> {
    return new Set(this.#canaries.map(({ where }) => where));
  }

  /** A text for a field. `shape` makes one that the field takes of it; what is searched for stays the canary. */
  text(where: string, shape: (canary: string) => string = (canary) => canary): string {
    return shape(this.#plant(where));
  }

  /** Custom data, with canaries as key and as value. */
  metadata(where: string): Record<string, unknown> {
    return { [this.#plant(where)]: [{ deep: this.#plant(where) }] };
  }

  /** A tag of a language, whose parts have eight letters at most. */
  locale(where: string): string {
    const random = newCanary();
    const text = `de-${random.slice(1, 9)}-${random.slice(9, 17)}`;
    this.#canaries.push({ where, text });
    return text;
  }

  /** Takes in what somebody else made: an id. */
  note(where: string, text: string): string {
    this.#canaries.push({ where, text });
    return text;
  }

  #plant(where: string): string {
    return this.note(where, newCanary());
  }
}
