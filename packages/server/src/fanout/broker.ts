import type { ChatEvent, ConversationId, UserId } from '@parley/protocol';

/** The consecutive events of one conversation that one commit made. */
export interface Publication {
  readonly conversationId: ConversationId;
  /** In the order of their seq, without a hole between them. */
  readonly events: readonly ChatEvent[];
  /** Who gets the conversation's events from these on, themselves included. */
  readonly joins?: readonly UserId[];
  /** Who gets nothing after these. */
  readonly leaves?: readonly UserId[];
}

/**
 * Carries publications from the node that committed to the nodes whose sockets want them. A hint: it may lose, double and delay, because
 * everyone downstream holds a cursor and can pull. Publishing never waits and never throws.
 */
export interface Broker {
  publish(publication: Publication): void;
  /** Calls back for every publication, in the order of seq within a conversation. Returns its undoing. */
  subscribe(listener: (publication: Publication) => void): () => void;
}
