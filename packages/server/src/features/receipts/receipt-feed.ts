/**
 * Tells the others how far somebody has come: one frame a second and conversation with every receipt that moved.
 *
 * - The first receipt after a quiet second goes at once, so a conversation of two feels direct; what follows waits for the end of the second.
 * - Those who have the conversation open get all of it. The sender of the latest message gets, wherever they are, the receipts that reach it. Nobody else
 *   gets any, and in a conversation of more than 100 members nobody does.
 * - Who hides their reading is in no frame and gets none, as of the latest mark of the conversation.
 * - A hint: what is lost here stands in the rows.
 */
import type { ConversationId, Receipt, UserId } from '@parley/protocol';
import type { SignalPublication } from '../../fanout/broker.js';
import type { Clock } from '../../lib/clock.js';
import type { Marked, MarkedConversation } from './mark.js';

const windowMs = 1000;

/** Up to so many members receipts are told and listed. */
export const maxMembersWithReceipts = 100;

export interface ReceiptFeedOptions {
  readonly signal: (publication: SignalPublication) => void;
  readonly clock: Clock;
}

interface Window {
  readonly moved: Map<UserId, Receipt>;
  /** As the latest mark found it. */
  conversation: MarkedConversation;
  stopTimer: () => void;
}

export class ReceiptFeed {
  readonly #options: ReceiptFeedOptions;
  readonly #windows = new Map<ConversationId, Window>();

  constructor(options: ReceiptFeedOptions) {
    this.#options = options;
  }

  /** Takes what one write moved. */
  note(marked: readonly Marked[]): void {
    const opened = new Set<ConversationId>();
    for (const one of marked) {
      const { conversationId, userId } = one.mark;
      if (!one.hasReceiptMoved || one.conversation.memberCount > maxMembersWithReceipts) continue;
      if (one.conversation.hiderIds.includes(userId)) continue;
      let window = this.#windows.get(conversationId);
      if (window === undefined) {
        window = { moved: new Map(), conversation: one.conversation, stopTimer: () => {} };
        this.#windows.set(conversationId, window);
        opened.add(conversationId);
      }
      window.conversation = one.conversation;
      window.moved.set(userId, { userId, readSeq: one.readSeq, deliveredSeq: one.deliveredSeq });
    }
    for (const conversationId of opened) this.#turn(conversationId);
  }

  /** Forgets what was not told yet: it stands in the rows. */
  close(): void {
    for (const window of this.#windows.values()) window.stopTimer();
    this.#windows.clear();
  }

  /** Tells what has gathered and waits a second; ends once a second brought nothing. */
  #turn(conversationId: ConversationId): void {
    const window = this.#windows.get(conversationId);
    if (window === undefined) return;
    if (window.moved.size === 0) {
      this.#windows.delete(conversationId);
      return;
    }
    const receipts = [...window.moved.values()];
    window.moved.clear();
    window.stopTimer = this.#options.clock.after(windowMs, () => this.#turn(conversationId));
    this.#tell(conversationId, receipts, window.conversation);
  }

  #tell(conversationId: ConversationId, receipts: Receipt[], conversation: MarkedConversation): void {
    const { signal } = this.#options;
    const { lastSenderId, lastMessageSeq, hiderIds } = conversation;
    signal({
      signal: { kind: 'receipts.moved', conversationId, data: { items: receipts } },
      to: 'open',
      ...(hiderIds.length === 0 ? {} : { except: hiderIds }),
    });
    if (lastSenderId === null || hiderIds.includes(lastSenderId)) return;
    const items = receipts.filter(
      (receipt) => receipt.userId !== lastSenderId && receipt.deliveredSeq >= lastMessageSeq,
    );
    if (items.length === 0) return;
    signal({
      signal: { kind: 'receipts.moved', conversationId, data: { items } },
      to: { users: [lastSenderId] },
    });
  }
}
