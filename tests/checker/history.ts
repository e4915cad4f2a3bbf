/** What a run of clients against a server left behind: all that the checker looks at. */
export interface History {
  /** Every message anybody began to send, each once however often it was sent, in the order its lane began them. */
  readonly sends: readonly Send[];
  readonly observations: readonly Observation[];
  /** The log of every conversation as it stands at the end, in the order the server gave it. */
  readonly log: readonly Entry[];
}

export interface Send {
  /**
   * Sends of one lane to one conversation are in program order: the next began after the one before was answered, or both went over one
   * socket. Names a person and a way of sending.
   */
  readonly lane: string;
  readonly senderId: string;
  readonly conversationId: string;
  readonly id: string;
  readonly content: string;
  /** Every acknowledgement it got, repeats included; none when the outcome is unknown. */
  readonly answers: readonly Answer[];
}

export interface Answer {
  readonly seq: number;
  readonly at: string;
}

/** What one observer saw of one conversation, in the order they saw it: live events of one connection, or a walk through pages. */
export interface Observation {
  readonly observer: string;
  readonly conversationId: string;
  readonly seen: readonly Seen[];
  /**
   * What must not be missing between the first and the last thing seen: `entries` for events and logs, `messages` for pages of history,
   * `nothing` where drops are allowed.
   */
  readonly covers: 'entries' | 'messages' | 'nothing';
}

/** A message as somebody saw it, or another entry of the log. */
export interface Seen {
  readonly seq: number;
  readonly message?: MessageCopy | undefined;
}

export interface MessageCopy {
  readonly id: string;
  readonly senderId: string;
  readonly content: string;
  readonly at: string;
}

export interface Entry extends Seen {
  readonly conversationId: string;
}

/** One broken promise. */
export type Violation =
  /** Acknowledged, and not in the log. */
  | { readonly kind: 'missing'; readonly conversationId: string; readonly id: string }
  /** One id, several entries. */
  | {
      readonly kind: 'doubled';
      readonly conversationId: string;
      readonly id: string;
      readonly seqs: readonly number[];
    }
  /** The entries of a conversation are not 1..n: `found` stands where `expected` belongs. */
  | {
      readonly kind: 'hole';
      readonly conversationId: string;
      readonly expected: number;
      readonly found: number;
    }
  /** A later send of a lane stands before an earlier one. */
  | {
      readonly kind: 'reordered';
      readonly conversationId: string;
      readonly lane: string;
      readonly ids: readonly [string, string];
    }
  /** The content is not what was sent. */
  | { readonly kind: 'altered'; readonly conversationId: string; readonly id: string; readonly where: string }
  /** Nobody sent it, or somebody else did. */
  | { readonly kind: 'unsent'; readonly conversationId: string; readonly id: string }
  /** An acknowledgement says another seq or time than the log. */
  | {
      readonly kind: 'ack-differs';
      readonly conversationId: string;
      readonly id: string;
      readonly answer: Answer;
    }
  /** An observer saw it at another place, or saw what is not in the log. */
  | {
      readonly kind: 'seen-differs';
      readonly conversationId: string;
      readonly observer: string;
      readonly seq: number;
    }
  /** An observer saw things out of order, or twice. */
  | {
      readonly kind: 'seen-out-of-order';
      readonly conversationId: string;
      readonly observer: string;
      readonly seq: number;
    }
  /** An observer missed what stands between `after` and `seq`. */
  | {
      readonly kind: 'seen-hole';
      readonly conversationId: string;
      readonly observer: string;
      readonly after: number;
      readonly seq: number;
    };
