/**
 * The outbox on the device.
 *
 * - A record belongs to the page that wrote it: its key begins with the page's own name, which the page holds as a lock for its life. Records of names nobody
 *   holds are adopted, under a lock of all pages, by writing them under one's own name and deleting them in one transaction. So no two living pages have one
 *   record. Where there are no locks everything found at the start is adopted, and the server tells repeats.
 * - What changes in one turn of the event loop is one write; there is one write at a time, and the next one takes what changed meanwhile.
 * - A write that fails is no reason to wait: the operation is told as not saved, and its record goes along with the next write.
 */
import type { NamedStore } from '../storage/named-store.js';
import type { Operation } from './operation.js';
import type { KeeperOptions, OutboxKeeper } from './outbox-keeper.js';
import { fromRecord, toRecord } from './stored-operation.js';

type Changes = Map<string, Operation | undefined>;

const persistent = { kind: 'persistent' } as const;
const lookAgainMs = 2000;
/** Where nobody else has anything: a page may write its last after we looked, and go. */
const lookLaterMs = 15_000;
const nothing = { changes: new Map<string, undefined>(), adopted: [] };

/** Begins to keep an outbox; what earlier pages left is told soon after. */
export function keepOutbox(options: KeeperOptions): OutboxKeeper {
  return new OutboxStore(options);
}

class OutboxStore implements OutboxKeeper {
  readonly #options: KeeperOptions;
  #store: NamedStore | undefined;
  /** What the device does not know yet: an operation as it is now, undefined for one that is gone. */
  #changes: Changes = new Map();
  /** Keys of others' records that are ours now. */
  #adopted: string[] = [];
  /** What a failed write left out. */
  #missed: {
    readonly changes: ReadonlyMap<string, Operation | undefined>;
    readonly adopted: readonly string[];
  } = nothing;
  #writing: Promise<void> | undefined;
  #phase: 'opening' | 'open' | 'without' = 'opening';
  #isClosed = false;
  #letGo: () => void = () => {};
  #stopLooking: () => void = () => {};

  readonly #opened: Promise<void>;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#opened = this.#open();
  }

  save(id: string, operation?: Operation): void {
    // Whoever takes over may have it already.
    if (this.#isClosed) return;
    this.#changes.set(id, operation);
    if (this.#phase !== 'opening') void this.#write();
  }

  async written(): Promise<void> {
    await this.#opened;
    await this.#write();
  }

  async adopt(): Promise<void> {
    if (this.#phase === 'open' && !this.#isClosed) await this.#look();
  }

  async #look(): Promise<void> {
    const { platform, name } = this.#options;
    this.#stopLooking();
    try {
      const isOver = await platform.withLock(name, () => this.#adopt());
      if (this.#isClosed) return;
      this.#stopLooking = platform.after(isOver ? lookLaterMs : lookAgainMs, () => void this.adopt());
    } catch (reason) {
      this.#options.tell({ kind: 'failed', reason });
    }
  }

  async close(): Promise<void> {
    this.#stopLooking();
    this.#isClosed = true;
    if (this.#phase === 'opening') return;
    await this.#write();
    this.#store?.close();
    this.#letGo();
  }

  async #open(): Promise<void> {
    const { platform, open, name, owner } = this.#options;
    try {
      this.#letGo = await platform.holdName(lockOf(name, owner));
      this.#store = await open(name);
      // Nothing is written, and so nothing of this page is sent, before what others left is in front of it.
      if (!this.#isClosed) await this.#look();
      this.#phase = 'open';
    } catch (reason) {
      this.#phase = 'without';
      this.#options.tell({ kind: 'memory', reason });
    }
    await this.#write();
    if (this.#isClosed) await this.close();
  }

  /** True when nothing is left that belongs to others. */
  async #adopt(): Promise<boolean> {
    const { platform, name, owner, onFound } = this.#options;
    const byOwner = new Map<string, Operation[]>();
    let isOver = true;
    for (const [key, value] of (await this.#store?.getAll('')) ?? []) {
      const [theirs = ''] = key.split(' ');
      if (theirs === owner) continue;
      if (!byOwner.has(theirs) && (await platform.isNameHeld(lockOf(name, theirs)))) {
        isOver = false;
        continue;
      }
      const operation = fromRecord(value);
      if (operation === 'newer') continue;
      const list = byOwner.get(theirs) ?? [];
      byOwner.set(theirs, list);
      this.#adopted.push(key);
      if (operation === undefined)
        platform.reportError(new Error('A record of the outbox was damaged and is passed over.'));
      else list.push(operation);
    }
    const lists = [...byOwner.values()].map((list) => list.sort((a, b) => a.number - b.number));
    lists.sort(([a], [b]) => (a?.enqueuedAt ?? 0) - (b?.enqueuedAt ?? 0));
    onFound(lists.flat());
    await this.#write();
    return isOver;
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll();
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    // The rest of this turn comes along.
    await undefined;
    while (this.#changes.size + this.#adopted.length > 0) {
      const changes = new Map([...this.#missed.changes, ...this.#changes]);
      const adopted = [...this.#missed.adopted, ...this.#adopted];
      this.#changes = new Map();
      this.#adopted = [];
      const isSaved = await this.#writeOnce(changes, adopted);
      this.#missed = isSaved || this.#phase === 'without' ? nothing : { changes, adopted };
      // What changed meanwhile is told with the write that takes it.
      const told = [...changes.keys()].filter((id) => changes.get(id) && !this.#changes.has(id));
      this.#options.onSaved(told, isSaved);
    }
    // In the same turn as the last look: what changes from now on begins anew.
    this.#writing = undefined;
  }

  async #writeOnce(changes: Changes, adopted: readonly string[]): Promise<boolean> {
    if (this.#phase === 'without' || this.#store === undefined) return false;
    const keyOf = (id: string) => `${this.#options.owner} ${id}`;
    const puts = [...changes].flatMap(([id, now]) =>
      now === undefined ? [] : [[keyOf(id), toRecord(now)] as const],
    );
    const gone = [...changes].filter(([, now]) => now === undefined).map(([id]) => keyOf(id));
    try {
      await this.#store.write({ puts, deletes: [...adopted, ...gone] });
      this.#options.tell(persistent);
      return true;
    } catch (reason) {
      this.#options.tell({ kind: 'failed', reason });
      return false;
    }
  }
}

function lockOf(name: string, owner: string): string {
  return `${name} ${owner}`;
}
