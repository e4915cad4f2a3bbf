/**
 * Holds a history against what Parley promises, and knows nothing of how it is made.
 *
 * - Every acknowledged message is in the log once, at the seq and time of every acknowledgement, with the content that was sent.
 * - The log holds nothing that nobody sent, and its seqs are 1..n.
 * - What one lane sent stands in the order it was sent. A send with unknown outcome is left out: it may land late.
 * - Whatever anybody saw at any time is in the log at that place, and they saw it in that order.
 *
 * One pass over sends, log and observations each, so the cost grows with the length of the history.
 */
import type { Entry, History, MessageCopy, Observation, Send, Violation } from './history.js';

/** All violations; an empty list approves the history. */
export function checkHistory(history: History): Violation[] {
  const log = indexLog(history.log);
  const sends = indexSends(history.sends);
  return [
    ...checkNumbers(history.log),
    ...checkMessages(log, sends),
    ...checkAnswers(log, history.sends),
    ...checkLanes(log, history.sends),
    ...history.observations.flatMap((observation) => [...checkObservation(log, observation)]),
  ];
}

interface Place {
  readonly seq: number;
  readonly message: MessageCopy;
}

interface ConversationLog {
  readonly bySeq: Map<number, Entry>;
  readonly byId: Map<string, Place[]>;
  /** How many messages stand up to and including a seq, for every entry. */
  readonly messagesUpTo: Map<number, number>;
  messages: number;
}

type Log = ReadonlyMap<string, ConversationLog>;

function indexLog(entries: readonly Entry[]): Log {
  const log = new Map<string, ConversationLog>();
  for (const entry of entries) {
    const conversation = getOrMake(log, entry.conversationId, () => ({
      bySeq: new Map(),
      byId: new Map(),
      messagesUpTo: new Map(),
      messages: 0,
    }));
    if (entry.message !== undefined) {
      conversation.messages += 1;
      const places = getOrMake(conversation.byId, entry.message.id, (): Place[] => []);
      places.push({ seq: entry.seq, message: entry.message });
    }
    conversation.bySeq.set(entry.seq, entry);
    conversation.messagesUpTo.set(entry.seq, conversation.messages);
  }
  return log;
}

function indexSends(sends: readonly Send[]): ReadonlyMap<string, ReadonlyMap<string, Send>> {
  const index = new Map<string, Map<string, Send>>();
  for (const send of sends) {
    const ofConversation = getOrMake(index, send.conversationId, () => new Map<string, Send>());
    if (ofConversation.has(send.id))
      throw new Error(`the history names the send ${send.id} twice; give it one record`);
    ofConversation.set(send.id, send);
  }
  return index;
}

function* checkNumbers(entries: readonly Entry[]): Generator<Violation> {
  const last = new Map<string, number>();
  for (const { conversationId, seq } of entries) {
    const expected = (last.get(conversationId) ?? 0) + 1;
    if (seq !== expected) yield { kind: 'hole', conversationId, expected, found: seq };
    last.set(conversationId, seq);
  }
}

function* checkMessages(log: Log, sends: ReturnType<typeof indexSends>): Generator<Violation> {
  for (const [conversationId, { byId }] of log)
    for (const [id, places] of byId) {
      if (places.length > 1)
        yield { kind: 'doubled', conversationId, id, seqs: places.map(({ seq }) => seq) };
      const send = sends.get(conversationId)?.get(id);
      if (send === undefined || places.some(({ message }) => message.senderId !== send.senderId))
        yield { kind: 'unsent', conversationId, id };
      else if (places.some(({ message }) => message.content !== send.content))
        yield { kind: 'altered', conversationId, id, where: 'log' };
    }
}

function* checkAnswers(log: Log, sends: readonly Send[]): Generator<Violation> {
  for (const { conversationId, id, answers } of sends) {
    if (answers.length === 0) continue;
    const places = log.get(conversationId)?.byId.get(id);
    if (places === undefined) {
      yield { kind: 'missing', conversationId, id };
      continue;
    }
    const wrong = answers.find(
      (answer) => !places.some(({ seq, message }) => seq === answer.seq && message.at === answer.at),
    );
    if (wrong !== undefined) yield { kind: 'ack-differs', conversationId, id, answer: wrong };
  }
}

function* checkLanes(log: Log, sends: readonly Send[]): Generator<Violation> {
  const last = new Map<string, Map<string, { readonly id: string; readonly seq: number }>>();
  for (const { lane, conversationId, id, answers } of sends) {
    const seq = log.get(conversationId)?.byId.get(id)?.[0]?.seq;
    if (answers.length === 0 || seq === undefined) continue;
    const ofLane = getOrMake(last, lane, () => new Map<string, { id: string; seq: number }>());
    const before = ofLane.get(conversationId);
    if (before !== undefined && before.seq > seq)
      yield { kind: 'reordered', conversationId, lane, ids: [before.id, id] };
    ofLane.set(conversationId, { id, seq });
  }
}

function* checkObservation(log: Log, observation: Observation): Generator<Violation> {
  const { observer, conversationId, covers } = observation;
  const conversation = log.get(conversationId);
  let after: number | undefined;
  for (const { seq, message } of observation.seen) {
    const entry = conversation?.bySeq.get(seq);
    const isSame =
      entry !== undefined && entry.message?.id === message?.id && isSamePlace(entry.message, message);
    if (!isSame) yield { kind: 'seen-differs', conversationId, observer, seq };
    else if (message !== undefined && message.content !== entry.message?.content)
      yield { kind: 'altered', conversationId, id: message.id, where: observer };
    if (after !== undefined && seq <= after)
      yield { kind: 'seen-out-of-order', conversationId, observer, seq };
    else if (
      after !== undefined &&
      conversation !== undefined &&
      isSame &&
      missed(conversation, { after, seq, covers }) > 0
    )
      yield { kind: 'seen-hole', conversationId, observer, after, seq };
    after = seq;
  }
}

function isSamePlace(first: MessageCopy | undefined, second: MessageCopy | undefined): boolean {
  return first?.senderId === second?.senderId && first?.at === second?.at;
}

/** How much of what an observation covers stands between two things seen. */
function missed(
  { messagesUpTo }: ConversationLog,
  between: { readonly after: number; readonly seq: number; readonly covers: Observation['covers'] },
): number {
  const { after, seq, covers } = between;
  if (covers === 'nothing') return 0;
  if (covers === 'entries') return seq - after - 1;
  const first = messagesUpTo.get(after);
  const last = messagesUpTo.get(seq);
  return first === undefined || last === undefined ? 0 : last - first - 1;
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
