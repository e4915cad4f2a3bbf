/** One command in the outbox, from its call to the server's verdict. */
export interface OutboxOperation {
  /** Of the operation for ever; a message's or a group's own id where it makes one. */
  readonly id: string;
  /** Its name in the protocol. */
  readonly operation: string;
  readonly conversationId: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970, by this device. */
  readonly enqueuedAt: number;
  /** True once it would survive the page. */
  readonly saved: boolean;
  readonly delivery: OutboxDelivery;
}

export type OutboxDelivery =
  /** Being stored on the device; leaves after that. */
  | { readonly status: 'saving' }
  | { readonly status: 'queued' }
  | { readonly status: 'sending' }
  /** The server was busy; tried again then, milliseconds since 1970. */
  | { readonly status: 'waiting'; readonly retryAt: number }
  /** Refused for good, until somebody retries or discards it. `error.code` says why. */
  | { readonly status: 'failed'; readonly error: Error & { readonly code?: string } }
  /** Needs the operation of that id, which failed. */
  | { readonly status: 'blocked'; readonly by: string };

/** What only the outbox knows of it. */
export interface Operation extends OutboxOperation {
  /** The order of entry, also over reloads. */
  readonly number: number;
  /** Operations of one lane leave one after the other. */
  readonly lane: string;
  readonly opId: string | undefined;
  readonly bytes: number;
  readonly tries: number;
  /** It was given to a carrier since the server last refused it: its effect may be there. */
  readonly hasLeft: boolean;
  /** What the device remembers of that; written before it leaves, so it may be ahead of the truth, never behind. */
  readonly mayHaveLeft: boolean;
  /** Belongs to the outbox a person sees; the rest is forgotten with the page or with its verdict. */
  readonly isKept: boolean;
  /** A caller waits for the verdict. */
  readonly isHeard: boolean;
  /** Nobody is told when it fails. */
  readonly isQuiet: boolean;
  /** Nobody wants it any more, but its verdict is on its way. Names the deletion that follows if it was stored; empty for none. */
  readonly givenUp: string | undefined;
}

/** Carries what somebody wrote or made: where it is refused it stays to be seen. */
export function isWordy({ operation }: Operation): boolean {
  return wordy.has(operation);
}

const wordy = new Set(['sendMessage', 'sendMessages', 'editMessage', 'createConversation']);

/** True where `operation` makes no sense without what `root` makes. */
export function dependsOn({ input, lane }: Operation, root: Operation): boolean {
  if (root.operation === 'createConversation') return root.input['id'] === lane;
  return root.operation === 'sendMessage' && root.lane === lane && refersTo(input, root.id);
}

function refersTo(input: Operation['input'], messageId: string): boolean {
  return ['messageId', 'replyToId', 'threadId', 'rootId'].some((field) => input[field] === messageId);
}
