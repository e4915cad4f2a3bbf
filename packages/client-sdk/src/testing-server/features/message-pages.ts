/** Pages of history: the latest messages, those before or after a seq, or those around a message or a moment. Oldest first. */
import type { ParsedInput } from '@parley/protocol';
import type { Message } from '@parley/protocol/wire';
import type { Reading } from '../beside.js';
import { numericCursor } from '../cursors.js';
import { findVisible, visibleFrom } from '../log.js';
import { refuse } from '../world.js';

interface Page {
  readonly items: Message[];
  readonly previousCursor?: string;
  readonly nextCursor?: string;
}

export function pageOfMessages(reading: Reading, input: ParsedInput<'listMessages'>): Page {
  const { limit = 50, before, after, around, aroundTime } = input;
  const all = visibleMessages(reading);
  const indexAfter = (seq: number) => firstIndex(all, (message) => message.seq > seq);
  if (around !== undefined) {
    const target = findVisible(reading.log, reading.member, around)?.message;
    // A reply stands in its thread, which has pages of its own.
    if (target === undefined || target.threadId !== null) return refuse('not_found');
    const from = indexAfter(target.seq - 1) - Math.floor((limit - 1) / 2);
    return pageOf(all, { from, to: from + limit });
  }
  if (aroundTime !== undefined) {
    const middle = firstIndex(all, ({ at }) => Date.parse(at) >= Date.parse(aroundTime));
    const older = middle === all.length ? limit : Math.floor(limit / 2);
    return pageOf(all, { from: middle - older, to: middle + limit - Math.floor(limit / 2) });
  }
  if (after !== undefined) {
    const seq = numericCursor(after);
    const from = indexAfter(seq);
    return pageOf(all, { from, to: from + limit, hasBefore: seq > 0 });
  }
  const to = before === undefined ? all.length : indexAfter(numericCursor(before) - 1);
  return pageOf(all, { from: to - limit, to, hasAfter: before !== undefined });
}

function visibleMessages({ log, member }: Reading): Message[] {
  const from = visibleFrom(log, member);
  return log.main.flatMap((id) => {
    const message = log.messages.get(id)?.message;
    return message !== undefined && message.seq >= from ? [message] : [];
  });
}

function firstIndex(messages: readonly Message[], fits: (message: Message) => boolean): number {
  const index = messages.findIndex(fits);
  return index === -1 ? messages.length : index;
}

interface Cut {
  readonly from: number;
  readonly to: number;
  /** @default as it is */
  readonly hasBefore?: boolean;
  /** @default as it is */
  readonly hasAfter?: boolean;
}

function pageOf(all: readonly Message[], { from, to, ...sides }: Cut): Page {
  const items = all.slice(Math.max(0, from), Math.max(0, to));
  const { hasBefore = from > 0, hasAfter = to < all.length } = sides;
  const first = items[0];
  const last = items.at(-1);
  return {
    items,
    ...(hasBefore && first !== undefined ? { previousCursor: String(first.seq) } : {}),
    ...(hasAfter && last !== undefined ? { nextCursor: String(last.seq) } : {}),
  };
}
