import type { LogEntry } from './run-history.js';

/** When somebody was in a conversation: from the seq that brought them in to the one that sent them out, both included. */
export interface Stay {
  readonly from: number;
  readonly to: number;
}

/** The log at the end of a run, by what the rules ask for. */
export class LogIndex {
  readonly entries: readonly LogEntry[];
  readonly #bySeq = new Map<string, Map<number, LogEntry>>();
  readonly #writtenAt = new Map<string, number>();
  readonly #deletedAt = new Map<string, number>();
  readonly #stays = new Map<string, Stay[]>();

  constructor(entries: readonly LogEntry[]) {
    this.entries = entries;
    for (const entry of entries) this.#add(entry);
  }

  at(conversationId: string, seq: number): LogEntry | undefined {
    return this.#bySeq.get(conversationId)?.get(seq);
  }

  /** The seq of the latest writing of a message: its creation or an edit. 0 for one that is not in the log. */
  writtenAt(messageId: string): number {
    return this.#writtenAt.get(messageId) ?? 0;
  }

  /** The seq that deleted a message; undefined while it stands. */
  deletedAt(messageId: string): number | undefined {
    return this.#deletedAt.get(messageId);
  }

  /** When somebody was in a conversation, in order; the last may have no end. */
  stays(conversationId: string, userId: string): readonly Stay[] {
    return this.#stays.get(`${conversationId} ${userId}`) ?? [];
  }

  #add(entry: LogEntry): void {
    const { conversationId, seq, kind, targetIds } = entry;
    const ofConversation = this.#bySeq.get(conversationId) ?? new Map<number, LogEntry>();
    this.#bySeq.set(conversationId, ofConversation.set(seq, entry));
    const [id = ''] = targetIds;
    if (kind === 'message.created' || kind === 'message.updated') this.#writtenAt.set(id, seq);
    if (kind === 'message.deleted') this.#deletedAt.set(id, seq);
    if (kind === 'conversation.created' || kind === 'members.added')
      for (const userId of targetIds) this.#come(`${conversationId} ${userId}`, seq);
    if (kind === 'conversation.deleted')
      for (const name of this.#stays.keys()) if (name.startsWith(`${conversationId} `)) this.#go(name, seq);
    if (kind === 'members.removed')
      for (const userId of targetIds) this.#go(`${conversationId} ${userId}`, seq);
  }

  #come(name: string, seq: number): void {
    const stays = this.#stays.get(name) ?? [];
    this.#stays.set(name, stays);
    if (stays.at(-1)?.to !== Number.POSITIVE_INFINITY)
      stays.push({ from: seq, to: Number.POSITIVE_INFINITY });
  }

  #go(name: string, seq: number): void {
    const stays = this.#stays.get(name) ?? [];
    const last = stays.pop();
    if (last !== undefined) stays.push({ from: last.from, to: Math.min(last.to, seq) });
  }
}
