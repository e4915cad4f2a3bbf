/** A small table of text keys and values that can be cloned (plain objects, arrays, texts, numbers), written in transactions. */
export interface NamedStore {
  readonly kind: StoreKind;
  /** The entries whose key begins with `prefix`, ordered by key. */
  readonly getAll: (prefix: string) => Promise<readonly StoreEntry[]>;
  /** The values under these keys, in their order; undefined where there is none. */
  readonly getMany: (keys: readonly string[]) => Promise<readonly unknown[]>;
  /** All of it or nothing. */
  readonly write: (changes: StoreChanges) => Promise<void>;
  readonly close: () => void;
  /** Takes the store away with everything in it. */
  readonly destroy: () => Promise<void>;
}

export type StoreEntry = readonly [key: string, value: unknown];

export interface StoreChanges {
  readonly puts?: readonly StoreEntry[];
  readonly deletes?: readonly string[];
}

/** How keeping goes: `failed` means that the last write was refused, for the reason given; the next one is tried all the same. */
export type StorageState =
  | { readonly kind: 'persistent' }
  /** With a reason: the storage that was asked for could not be opened. */
  | { readonly kind: 'memory'; readonly reason?: unknown }
  | { readonly kind: 'failed'; readonly reason: unknown };

/** Orders entries by their keys, as every storage answers. */
export function byKey([one]: StoreEntry, [other]: StoreEntry): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

export type StoreKind = 'persistent' | 'memory';

/** @throws  what the surroundings say when they give no storage */
export type OpenStore = (name: string) => Promise<NamedStore>;
