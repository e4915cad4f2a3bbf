import type { ConversationId, EventOf, HeadFrame, Message } from '@parley/protocol';
import type { Publication } from './broker.js';
import { lastSeq } from './feed.js';

/**
 * What the sockets that were not given a conversation's events have still to be told of it: one frame for as many publications as come in between.
 * Only what the publications say; replies in threads move `seq` alone.
 */
export class OwedHead {
  readonly #conversationId: ConversationId;
  #seq = 0;
  /** Of the latest message that was published, also while nothing was owed. */
  #ord: number | null = null;
  #deletedOrds: number[] = [];
  #lastMessage: Message | null = null;
  #isOwed = false;

  constructor(conversationId: ConversationId) {
    this.#conversationId = conversationId;
  }

  get isOwed(): boolean {
    return this.#isOwed;
  }

  /** Takes a publication everybody was given. */
  pass({ events }: Publication): void {
    for (const event of events)
      if (event.kind === 'message.created' && event.data.threadId === null) this.#ord = event.data.ord;
  }

  /** Takes a publication that was given to those who look only. */
  owe(publication: Publication): void {
    this.#isOwed = true;
    this.#seq = lastSeq(publication);
    if (publication.isWithheld === true) return;
    for (const event of publication.events) {
      if (event.kind === 'message.created') this.#takeMessage(event.data);
      else if (event.kind === 'members.added') this.#takeNewcomers(event);
      else if (event.kind === 'message.updated') this.#takeChange(event.data);
      else if (event.kind === 'message.deleted') {
        this.#takeChange(event.data);
        if (event.data.threadId === null) this.#deletedOrds.push(event.data.ord);
      }
    }
  }

  /** What is owed now; it stays owed. */
  frame(): HeadFrame {
    return {
      type: 'head',
      conversationId: this.#conversationId,
      seq: this.#seq,
      ord: this.#ord,
      deletedOrds: this.#deletedOrds,
      lastMessage: this.#lastMessage,
    };
  }

  /** Everybody was told. */
  settle(): void {
    this.#isOwed = false;
    this.#deletedOrds = [];
    this.#lastMessage = null;
  }

  #takeMessage(message: Message): void {
    if (message.threadId !== null) return;
    this.#ord = message.ord;
    this.#lastMessage = message;
  }

  /** The frame is the same for everybody: where history begins with joining it has nothing that somebody came after. */
  #takeNewcomers({ data }: EventOf<'members.added'>): void {
    if (data.conversation.settings.history === 'since_join') this.#lastMessage = null;
  }

  /** An edit or a deletion shows in lists where it is of the latest message. */
  #takeChange(message: Message): void {
    if (message.threadId === null && message.ord === this.#ord) this.#lastMessage = message;
  }
}
