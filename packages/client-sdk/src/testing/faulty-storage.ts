/** A storage with the faults of real ones, at the writes a plan names. For tests. */
import type { ChatStorage } from '../storage/chat-storage.js';
import type { NamedStore, StoreChanges } from '../storage/named-store.js';

export type StorageFault =
  /** There is no more room: nothing of the write is kept. */
  | 'quota'
  /** The connection went before the write. */
  | 'lost'
  /** The write took effect, and its answer never came. */
  | 'lostAnswer'
  /** The first value written is damaged. */
  | 'corrupt';

export interface FaultPlan {
  /** What happens at the n-th write, counted from 1 over all stores. */
  readonly writes?: Readonly<Record<number, StorageFault>>;
  /** Opening is refused, as in private modes. */
  readonly isClosed?: boolean;
}

export function faultyStorage(inner: ChatStorage, plan: FaultPlan): ChatStorage {
  let count = 0;
  const write = async (store: NamedStore, changes: StoreChanges) => {
    count += 1;
    const fault = plan.writes?.[count];
    if (fault === 'quota') throw new DOMException('There is no room left.', 'QuotaExceededError');
    if (fault === 'lost') throw new DOMException('The connection is closing.', 'InvalidStateError');
    await store.write(fault === 'corrupt' ? damage(changes) : changes);
    if (fault === 'lostAnswer') throw new DOMException('The connection was lost.', 'AbortError');
  };
  return {
    ...inner,
    open: async (name) => {
      if (plan.isClosed) throw new DOMException('Storage is not allowed here.', 'SecurityError');
      const store = await inner.open(name);
      return { ...store, write: (changes) => write(store, changes) };
    },
  };
}

function damage(changes: StoreChanges): StoreChanges {
  const puts = changes.puts?.map(([key, value], index) => [key, index === 0 ? 'damaged' : value] as const);
  return puts === undefined ? changes : { ...changes, puts };
}
