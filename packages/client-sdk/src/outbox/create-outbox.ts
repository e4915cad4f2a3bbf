import { createView, type View } from '../lib/view.js';
import type { Platform } from '../platform/platform.js';
import type { ChatStorage } from '../storage/chat-storage.js';
import type { StorageState } from '../storage/named-store.js';
import type { Carrier } from './carrier.js';
import { Outbox } from './outbox.js';

/** Whose things are kept on the device; stores of different people and tenants are different ones. */
export interface StorageUser {
  /** As the access tokens say. */
  readonly id: string;
  /** @default ''  where a server has one tenant */
  readonly tenantId?: string;
}

export interface CreateOutboxOptions {
  readonly platform: Platform;
  readonly newId: () => string;
  readonly carrier: () => Carrier | undefined;
  /** Of the server. */
  readonly url: string;
  readonly storage?: ChatStorage;
  readonly user?: StorageUser;
}

export interface OutboxAndStorage {
  readonly outbox: Outbox;
  readonly storage: { readonly state: View<StorageState> };
}

/** @throws {TypeError} a storage that keeps things, and nobody whose things they are */
export function createOutbox(options: CreateOutboxOptions): OutboxAndStorage {
  const { platform, newId, carrier, url, storage, user } = options;
  const keep = storage?.keepOutbox;
  if (keep !== undefined && user === undefined)
    throw new TypeError('`storage` needs `user`: whose things it keeps.');
  const kind = keep === undefined ? 'memory' : 'persistent';
  const state = createView<StorageState>({ kind }, platform.reportError);
  const name = `parley:outbox:${url}:${user?.tenantId ?? ''}:${user?.id}`;
  const outbox = new Outbox({
    platform,
    newId,
    carrier,
    openStore:
      keep &&
      ((parts) => keep({ ...parts, platform, open: storage.open, name, owner: newId(), tell: state.set })),
  });
  return { outbox, storage: { state } };
}
