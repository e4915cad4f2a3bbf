/**
 * Where a client stands in one conversation's log, as a pure machine. The +1 rule: an event is delivered when its seq follows the cursor's;
 * a lower one was seen before; a higher one means a hole, is held back, and the hole is fetched.
 */
import type { ChatEvent } from '@parley/protocol/wire';

export interface LogPosition {
  /** Seq of the last entry delivered. */
  readonly cursor: number;
  /** Highest seq known to exist. Above the cursor: there is something to fetch. */
  readonly head: number;
  /** Events that came before what precedes them, by seq. */
  readonly held: ReadonlyMap<number, ChatEvent>;
}

export interface Delivery {
  readonly position: LogPosition;
  /** In order of seq, each exactly once. */
  readonly events: readonly ChatEvent[];
}

/** More would only be fetched again anyway. */
const maxHeld = 500;

export function startAt(seq: number): LogPosition {
  return { cursor: seq, head: seq, held: new Map() };
}

export function raiseHead(position: LogPosition, head: number): LogPosition {
  return head > position.head ? { ...position, head } : position;
}

export function hasHole({ cursor, head }: LogPosition): boolean {
  return head > cursor;
}

/** Holds an event back although it may be due. */
export function hold(position: LogPosition, event: ChatEvent): LogPosition {
  if (event.seq <= position.cursor) return position;
  const held = new Map(position.held);
  if (held.size < maxHeld) held.set(event.seq, event);
  return { ...raiseHead(position, event.seq), held };
}

/** Moves the cursor without events: what lies up to `to` is known some other way. What is held behind it waits on. */
export function skipTo(position: LogPosition, to: number): LogPosition {
  const cursor = Math.max(position.cursor, to);
  const held = new Map([...position.held].filter(([seq]) => seq > cursor));
  return { cursor, head: Math.max(position.head, cursor), held };
}

/** Gives what was held back and is due. */
export function release(position: LogPosition): Delivery {
  const held = [...position.held.values()].sort((one, other) => one.seq - other.seq);
  return accept({ ...position, held: new Map() }, held);
}

/**
 * Takes a page of the log. It has everything up to `to` that is this client's: where history begins with joining, entries about earlier messages are left out, and
 * nobody need wait for them.
 */
export function acceptPage(
  position: LogPosition,
  page: { readonly events: readonly ChatEvent[]; readonly to: number },
): Delivery {
  const bySeq = new Map(position.held);
  for (const event of page.events) bySeq.set(event.seq, event);
  const events = [...bySeq.values()]
    .filter(({ seq }) => seq > position.cursor && seq <= page.to)
    .sort((one, other) => one.seq - other.seq);
  const rest = release(skipTo(position, page.to));
  return { position: rest.position, events: [...events, ...rest.events] };
}

/** Takes events in any order and gives those that are due. */
export function accept(position: LogPosition, incoming: readonly ChatEvent[]): Delivery {
  let { cursor, head } = position;
  const held = new Map(position.held);
  const events: ChatEvent[] = [];
  for (const event of incoming) {
    if (event.seq <= cursor) continue;
    head = Math.max(head, event.seq);
    if (event.seq !== cursor + 1) {
      if (held.size < maxHeld) held.set(event.seq, event);
      continue;
    }
    events.push(event);
    cursor = event.seq;
    for (let next = held.get(cursor + 1); next !== undefined; next = held.get(cursor + 1)) {
      held.delete(next.seq);
      events.push(next);
      cursor = next.seq;
    }
  }
  for (const seq of held.keys()) if (seq <= cursor) held.delete(seq);
  return { position: { cursor, head, held }, events };
}
