import type { ConversationId, EventKind, EventOf } from '@parley/protocol/wire';

export interface Learned {
  /** True for what happened while this client was away. */
  readonly isCatchUp: boolean;
  /** True for what this user did, here or on another device. */
  readonly isOwn: boolean;
}

type Durable = { readonly [Kind in EventKind]: EventOf<Kind> & Learned };

/** What a client tells, by name. Events of one conversation come in the order of their seq, each once. */
export interface ClientEvents extends Durable {
  /** Something in the conversation is new; after any of its events, and where it moved without them being told. */
  readonly 'conversation.changed': { readonly conversationId: ConversationId; readonly seq: number };
  /** This user is not a member any more. */
  readonly 'conversation.removed': { readonly conversationId: ConversationId };
  /** The server's history is another one (a restored backup): load again whatever is shown. */
  readonly reset: Record<string, never>;
}
