/**
 * What is loaded of a conversation's history: one unbroken run of messages.
 *
 * Every message carries `ord`, the dense count of messages in its conversation, so a run is unbroken exactly when its ords follow
 * each other. A live message that does not follow the last one is not appended: the window then lies before the end (`hasNewer`), and
 * what is missing is paged in. Of two copies of a message the one with the larger `rev` wins.
 */
import type { Message } from '@parley/client-sdk';

export interface MessageWindow {
  /** `waiting`: nothing asked yet, or the first page is under way. */
  readonly status: 'waiting' | 'ready' | 'failed';
  /** Oldest first. */
  readonly items: readonly Message[];
  /** What `before` takes to get the page in front; undefined at the very start. */
  readonly olderCursor: string | undefined;
  readonly older: EdgeStatus;
  readonly newer: EdgeStatus;
  /** The highest ord heard of, loaded or not. */
  readonly latestOrd: number;
}

export type EdgeStatus = 'idle' | 'loading' | 'failed';

export interface MessagePage {
  readonly items: readonly Message[];
  readonly previousCursor?: string | undefined;
}

export const emptyWindow: MessageWindow = {
  status: 'waiting',
  items: [],
  olderCursor: undefined,
  older: 'idle',
  newer: 'idle',
  latestOrd: 0,
};

/** True when messages exist after the last one loaded. */
export function hasNewer(window: MessageWindow): boolean {
  return window.latestOrd > (window.items.at(-1)?.ord ?? 0);
}

/** The page at the end replaces the window; what came in live while it was under way goes on top. */
export function applyLatestPage(window: MessageWindow, page: MessagePage): MessageWindow {
  const lastSeq = page.items.at(-1)?.seq ?? 0;
  const fresh: MessageWindow = {
    ...emptyWindow,
    status: 'ready',
    items: page.items,
    olderCursor: page.previousCursor,
    latestOrd: highestOrd(page.items, window.latestOrd),
  };
  return window.items.filter((item) => item.seq > lastSeq).reduce(applyLive, fresh);
}

export function applyOlderPage(window: MessageWindow, page: MessagePage): MessageWindow {
  const firstSeq = window.items[0]?.seq ?? Number.POSITIVE_INFINITY;
  return {
    ...window,
    items: [...page.items.filter((item) => item.seq < firstSeq), ...window.items],
    olderCursor: page.previousCursor,
    older: 'idle',
    latestOrd: highestOrd(page.items, window.latestOrd),
  };
}

export function applyNewerPage(window: MessageWindow, page: MessagePage): MessageWindow {
  return page.items.reduce(applyLive, { ...window, newer: 'idle' as const });
}

/** A message as an event tells it: replaces its older copy, or follows the last one, or only moves `latestOrd`. */
export function applyLive(window: MessageWindow, message: Message): MessageWindow {
  const latestOrd = Math.max(window.latestOrd, message.ord);
  const last = window.items.at(-1);
  if (last === undefined || message.ord === last.ord + 1) {
    // An empty window that is ready has told that there is nothing; only the first message ever follows that.
    if (last === undefined && window.status === 'ready' && message.ord !== 1) return { ...window, latestOrd };
    return { ...window, items: [...window.items, message], latestOrd };
  }
  const replaced = replaceMessage(window, message);
  return latestOrd === window.latestOrd ? replaced : { ...replaced, latestOrd };
}

/** A message as it is now, in the place of its older copy where that is loaded. */
export function replaceMessage(window: MessageWindow, message: Message): MessageWindow {
  const index = message.ord - (window.items[0]?.ord ?? 0);
  const known = window.items[index];
  if (known?.id !== message.id || known.rev >= message.rev) return window;
  return { ...window, items: window.items.with(index, message) };
}

function highestOrd(items: readonly Message[], atLeast: number): number {
  return Math.max(atLeast, items.at(-1)?.ord ?? 0);
}
