/**
 * A server of chats in twenty lines of rules, for the outbox's property test: it stores messages, answers a repeated id as it did the first time,
 * refuses some messages for good, and remembers what it was asked for. Answers and requests are lost by plan.
 */
import { ParleyError } from '@parley/protocol/wire';
import { type Carrier, CarrierLost, type Command } from '../outbox/carrier.js';

export type Fate = 'answered' | 'lostBefore' | 'lostAfter' | 'busy';

export interface StoredMessage {
  readonly id: string;
  readonly lane: string;
  content: string;
  isDeleted: boolean;
  readonly reactions: Set<string>;
}

export interface ModelChat {
  readonly carry: Carrier;
  readonly messages: Map<string, StoredMessage>;
  /** Commands on messages that are not there. */
  readonly astray: string[];
  /** Names of commands that took effect, in their order. */
  readonly effects: string[];
}

export function createModelChat(isRefused: (id: string) => boolean, nextFate: () => Fate): ModelChat {
  const messages = new Map<string, StoredMessage>();
  const answers = new Map<string, object>();
  const effects: string[] = [];
  const astray: string[] = [];

  function take({ operation, input, opId }: Command): object {
    // Inputs are objects of named fields.
    const fields = input as Record<string, string>;
    const id = opId ?? fields['id'] ?? '';
    const known = answers.get(id);
    if (known !== undefined) return known;
    if (operation === 'sendMessage') store(fields, id);
    else change(operation, fields);
    effects.push(id);
    const answer = { id, seq: effects.length, at: '' };
    answers.set(id, answer);
    return answer;
  }

  function store(fields: Record<string, string>, id: string): void {
    if (isRefused(id)) throw new ParleyError('forbidden');
    const { replyToId, conversationId: lane = '', content = '' } = fields;
    if (replyToId !== undefined && !messages.has(replyToId)) astray.push(`${id} answers ${replyToId}`);
    messages.set(id, { id, lane, content, isDeleted: false, reactions: new Set() });
  }

  function change(operation: string, { messageId = '', content = '', emoji = '' }: Record<string, string>) {
    const message = messages.get(messageId);
    if (message === undefined) {
      astray.push(`${operation} ${messageId}`);
      throw new ParleyError('not_found');
    }
    if (operation === 'editMessage') message.content = content;
    else if (operation === 'deleteMessage') message.isDeleted = true;
    else if (operation === 'addReaction') message.reactions.add(emoji);
    else message.reactions.delete(emoji);
  }

  return {
    messages,
    astray,
    effects,
    carry: async (command) => {
      const fate = nextFate();
      if (fate === 'lostBefore') throw new CarrierLost('lost');
      if (fate === 'busy') throw new ParleyError('overloaded');
      const answer = take(command);
      if (fate === 'lostAfter') throw new CarrierLost('lost');
      return answer;
    },
  };
}
