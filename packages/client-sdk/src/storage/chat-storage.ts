import type { KeepOutbox } from '../outbox/outbox-keeper.js';
import type { OpenStore, StoreKind } from './named-store.js';

/**
 * Where a client keeps what must outlive its page. A storage opens stores by name.
 */
export interface ChatStorage {
  /** What its stores do when all is well: `memory` forgets with the page, and the client does not wait for it. */
  readonly kind: StoreKind;
  readonly open: OpenStore;
  /** What a client does with it. Comes with the storage, so that a client without one does not carry the code. */
  readonly keepOutbox?: KeepOutbox;
}
