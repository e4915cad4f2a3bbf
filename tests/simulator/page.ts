/**
 * The surroundings of one page of a device: its clock with its error, its line, and what pages of one device share (locks and what is stored). A page that
 * crashes hears, says and writes nothing more from that moment on.
 */
import type { ChatStorage, NamedStore, Nudge, Platform, StoreChanges } from '@parley/client-sdk';
import { memoryChatStorage, persistentStorage } from '@parley/client-sdk';
import type { Clock } from '@parley/client-sdk/testing';
import type { Cable } from './cable.js';

/** What outlives the pages of a device. */
export interface Hardware {
  readonly clock: Clock;
  readonly line: Cable;
  readonly random: () => number;
  /** How far its clock is off, in milliseconds. */
  skewMs: number;
  isOffline: boolean;
  readonly disk: ChatStorage;
  /** Under way, of all pages. */
  readonly writes: Set<Promise<void>>;
  readonly names: Map<string, Page>;
  readonly reportError: (error: unknown) => void;
}

export interface Page {
  readonly platform: Partial<Platform>;
  readonly storage: ChatStorage;
  readonly nudge: (signal: Nudge) => void;
  readonly crash: () => void;
}

export function createHardware(parts: Pick<Hardware, 'clock' | 'line' | 'random' | 'reportError'>): Hardware {
  return {
    ...parts,
    skewMs: 0,
    isOffline: false,
    disk: memoryChatStorage(),
    writes: new Set(),
    names: new Map(),
  };
}

export function createPage(hardware: Hardware): Page {
  const { clock, line, random, names, reportError } = hardware;
  const listeners = new Set<(signal: Nudge) => void>();
  let isDead = false;
  const alive =
    <Args extends unknown[]>(callback: (...args: Args) => void) =>
    (...args: Args): void => {
      if (!isDead) callback(...args);
    };
  const unlessDead = async <Result>(result: Promise<Result>): Promise<Result> => {
    const value = await result.catch((error: unknown) => (isDead ? never<Result>() : Promise.reject(error)));
    return isDead ? never<Result>() : value;
  };
  const page: Page = {
    platform: {
      now: () => clock.now() + hardware.skewMs,
      after: (ms, callback) => clock.after(ms, alive(callback)),
      random,
      randomBytes: (bytes) => {
        for (const index of bytes.keys()) bytes[index] = Math.floor(random() * 256);
      },
      isOffline: () => hardware.isOffline,
      watch: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      fetch: (url, init) => (isDead ? never() : unlessDead(line.fetch(url, init))),
      openSocket: (url, { opened, received, closed }) =>
        line.openSocket(url, { opened: alive(opened), received: alive(received), closed: alive(closed) }),
      withLock: (_name, run) => run(),
      holdName: async (name) => {
        names.set(name, page);
        return () => void names.delete(name);
      },
      isNameHeld: async (name) => names.has(name),
      reportError,
    },
    storage: persistentStorage(async (name) => slowStore(await hardware.disk.open(name))),
    nudge: (signal) => {
      for (const listener of [...listeners]) listener(signal);
    },
    crash: () => {
      isDead = true;
      for (const [name, holder] of [...names]) if (holder === page) names.delete(name);
      line.cutAll();
    },
  };

  /**
   * Half of the writes take a moment, in which a page may crash: then nothing of them is kept. Whoever reads waits for writes that were begun, as
   * transactions of IndexedDB do.
   */
  function slowStore(store: NamedStore): NamedStore {
    return {
      ...store,
      getAll: async (prefix) => {
        await Promise.all(hardware.writes);
        return store.getAll(prefix);
      },
      write: async (changes) => {
        const written = writeSlowly(store, changes);
        hardware.writes.add(written);
        await written;
        hardware.writes.delete(written);
        return isDead ? never() : undefined;
      },
    };
  }

  async function writeSlowly(store: NamedStore, changes: StoreChanges): Promise<void> {
    if (random() < 0.5)
      await new Promise<void>((resolve) => void clock.after(Math.round(random() * 30), resolve));
    // Of plain data a device keeps a copy.
    if (!isDead) await store.write(structuredClone(changes));
  }

  return page;
}

function never<Result>(): Promise<Result> {
  return new Promise(() => {});
}
