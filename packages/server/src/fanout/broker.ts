import type { ChatEvent, ChatSignal, ConversationId, UserId } from '@parley/protocol';

/** The consecutive events of one conversation that one commit made. */
export interface Publication {
  readonly conversationId: ConversationId;
  /** In the order of their seq, without a hole between them. */
  readonly events: readonly ChatEvent[];
  /** Who gets the conversation's events from these on, themselves included. */
  readonly joins?: readonly UserId[];
  /** Who gets nothing after these. */
  readonly leaves?: readonly UserId[];
  /** They are about messages some members may not see: sockets are told how far the log goes, and each reads what is theirs. */
  readonly isWithheld?: boolean;
}

/** A signal on its way to sockets that are connected now. */
export interface SignalPublication {
  readonly signal: ChatSignal;
  /**
   * `members`: every socket of the conversation. `open`: those that have it open. `users`: every socket of these people, whatever conversation it is of.
   */
  readonly to: 'members' | 'open' | { readonly users: readonly UserId[] };
  /** Not to the sockets of this person, or of these. */
  readonly except?: UserId | readonly UserId[];
}

/** Another node's publication, whose body is parsed only for who wants it. */
export interface RemotePublication {
  readonly conversationId: ConversationId;
  /** Seqs of its first and last event. */
  readonly from: number;
  readonly to: number;
  /** Somebody comes in by it: worth a look also where nobody follows the conversation yet. */
  readonly hasJoins: boolean;
  /** The publication; undefined when only its header was sent, or when its body cannot be read. */
  read(): Publication | undefined;
}

/** Another node's signal, whose body is parsed only for who wants it. */
export interface RemoteSignal {
  /** Null when it goes to people rather than to a conversation's sockets. */
  readonly conversationId: ConversationId | null;
  read(): SignalPublication | undefined;
}

/** What a node tells of the people who are connected to it. */
export interface PeopleMessage {
  /** Who is here: came, or still is. */
  readonly here: readonly UserId[];
  /** Who of them is idle. A node of an older version does not say: nobody. */
  readonly idle?: readonly UserId[];
  /** Who is not any more, and since when in milliseconds since 1970. */
  readonly gone: readonly (readonly [userId: UserId, wentAt: number])[];
  /** Asks the others to tell all of theirs. */
  readonly isAsking: boolean;
  /** Who wants to be seen differently, wherever they are. */
  readonly restated?: readonly UserId[];
  /** Between whom a block began or ended. */
  readonly related?: readonly (readonly [UserId, UserId])[];
}

/** What comes from other nodes. A listener never throws. */
export interface BrokerListener {
  onPublication(publication: RemotePublication): void;
  onSignal(signal: RemoteSignal): void;
  /** Sessions or memberships of these people changed. */
  onTouched(userIds: readonly UserId[]): void;
  /** People came to or went from the node of this incarnation. */
  onPeople(from: string, message: PeopleMessage): void;
  /** Nothing was heard for a while and now it is again: something may have been missed. */
  onReconnect(): void;
}

/** `none`: there is no way to other nodes. `unwell`: there is one and it does not work. */
export type BrokerHealth = 'healthy' | 'unwell' | 'none';

/**
 * Carries what a node committed to the other nodes; its own sockets are served before and beside it. A hint: it may lose, double, delay and reorder,
 * because every node pulls from the log what it finds missing. Nothing here waits and nothing throws.
 */
export interface Broker {
  readonly health: BrokerHealth;
  publish(publication: Publication): void;
  publishSignal(signal: SignalPublication): void;
  /** Tells other nodes that sessions or memberships of these people changed. */
  touch(userIds: readonly UserId[]): void;
  /** Tells other nodes who is connected to this one; up to 250 people at once. */
  publishPeople(message: PeopleMessage): void;
  /** Hears the other nodes from now on. Once a broker. */
  subscribe(listener: BrokerListener): void;
  close(): Promise<void>;
}
