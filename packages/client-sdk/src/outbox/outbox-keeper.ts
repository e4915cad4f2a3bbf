import type { Platform } from '../platform/platform.js';
import type { OpenStore, StorageState } from '../storage/named-store.js';
import type { Operation } from './operation.js';

/** What the outbox needs of whoever keeps it on the device. */
export interface OutboxKeeper {
  /** Remembers the operation as it is now; undefined forgets it. */
  readonly save: (id: string, operation?: Operation) => void;
  /** Resolves when what was saved so far is on the device, or could not be. */
  readonly written: () => Promise<void>;
  /** Looks for what pages left that are gone. */
  readonly adopt: () => Promise<void>;
  /** Lets other pages have what is left here. */
  readonly close: () => Promise<void>;
}

export interface KeeperOptions {
  readonly platform: Pick<Platform, 'holdName' | 'isNameHeld' | 'withLock' | 'after' | 'reportError'>;
  readonly open: OpenStore;
  /** Of the store; carries whose it is. */
  readonly name: string;
  /** Nobody else's. */
  readonly owner: string;
  /** Operations of pages that are gone, in the order they are to be sent. To be saved anew before it returns. */
  readonly onFound: (operations: readonly Operation[]) => void;
  readonly onSaved: (ids: readonly string[], isSaved: boolean) => void;
  /** How keeping goes. */
  readonly tell: (state: StorageState) => void;
}

export type KeepOutbox = (options: KeeperOptions) => OutboxKeeper;
