import type {
  ConversationId,
  EventKind,
  EventOf,
  Message,
  OwnEventKind,
  OwnEventOf,
  SignalKind,
  SignalOf,
} from '@parley/protocol/wire';
import type { StateChanges } from './sync/changes-page.js';

export interface Learned {
  /** True for what happened while this client was away. */
  readonly isCatchUp: boolean;
  /** True for what this user did, here or on another device. */
  readonly isOwn: boolean;
}

type Durable = { readonly [Kind in EventKind]: EventOf<Kind> & Learned };

/** What this user changed about themselves, here or on another device, as it is now; each once, also after an absence. */
type Own = { readonly [Kind in OwnEventKind]: OwnEventOf<Kind> };

/** Told while online and stored nowhere: may be lost, and what it says is said again or ends by itself. */
type Fleeting = { readonly [Kind in SignalKind]: SignalOf<Kind> };

/** What a client tells, by name. Events of one conversation, and those of one's own, come in the order of their seq, each once. */
export interface ClientEvents extends Durable, Own, Fleeting {
  /**
   * Something in the conversation is new; after any of its events, and where it moved without them being told. Of a conversation in which a lot happens and
   * that is not open, this is all that is told, at most once a second, with the latest message where that is another one; see `conversations.setOpen`.
   */
  readonly 'conversation.changed': {
    readonly conversationId: ConversationId;
    readonly seq: number;
    readonly lastMessage?: Message;
  };
  /**
   * After a long absence: these rows of a conversation are different, as they are now. Those with a lower `rev` are older. Messages among them that are new
   * to this client were told as `message.created` before; edits, deletions and reactions are told by this alone.
   */
  readonly 'conversation.caughtUp': {
    readonly conversationId: ConversationId;
    readonly changes: StateChanges;
  };
  /** This user is not a member any more. */
  readonly 'conversation.removed': { readonly conversationId: ConversationId };
  /** The server's history is another one (a restored backup): load again whatever is shown. */
  readonly reset: Record<string, never>;
}
