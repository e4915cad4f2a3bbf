/**
 * The example's store: one immutable state, fed by the SDK's events and by the answers to its calls.
 *
 * - Whenever the connection comes up, the first page of the list is read again and the open conversation is loaded if it is not there.
 *   Events missed in between are the SDK's to deliver; reading the list covers conversations it did not know.
 * - When the first attempt to connect fails, both are read all the same: the socket may be all that is missing, and if not, they say so.
 * - After `reset` nothing loaded can be trusted: windows and members go, the list and the open conversation are read anew.
 * - Reading through an answer and an event in any order ends in the same state: messages by id and rev, summaries by seq.
 */
import type { ClientEvents } from '@parley/client-sdk';
import {
  applyCaughtUp,
  applyConversationChanged,
  applyConversationCreated,
  applyMembersAdded,
  applyMembersRemoved,
  applyMessageChanged,
  applyMessageCreated,
} from './apply-event.js';
import type { ChatApi, ChatContext } from './chat-context.js';
import { addUsers, type ChatState, initialState, withEntry, withoutEntry } from './chat-state.js';
import { dropConversation } from './conversation-list.js';
import { createHistory, type History } from './history.js';
import { createListLoader, type ListLoader } from './list-loader.js';
import { createMembership, type Membership } from './membership.js';
import { createObservable, type Observable } from './observable.js';
import type { SendFailure } from './send-failure.js';
import { createSending, type Sending } from './sending.js';
import { createUserLoader } from './users.js';

export interface ChatStoreOptions {
  readonly client: ChatApi;
  readonly meId: string;
  readonly now: () => Date;
  readonly onFailed: (conversationId: string, failure: SendFailure) => void;
}

export class ChatStore {
  readonly state: Observable<ChatState>;
  readonly history: History;
  readonly sending: Sending;
  readonly membership: Membership;
  readonly list: ListLoader;
  readonly #context: ChatContext;
  readonly #users: ReturnType<typeof createUserLoader>;
  #openId: string | undefined;
  /** True once the first attempt to connect has ended, well or not. */
  #hasBegun = false;
  #undo: (() => void)[] = [];

  constructor(options: ChatStoreOptions) {
    this.state = createObservable(initialState(options.meId));
    this.#context = { client: options.client, state: this.state, now: options.now };
    this.history = createHistory(this.#context);
    this.sending = createSending(this.#context, options.onFailed);
    this.membership = createMembership(this.#context);
    this.#users = createUserLoader(this.#context);
    this.list = createListLoader(this.#context, this.#users);
  }

  start(): void {
    const { client } = this.#context;
    const on = <K extends keyof ClientEvents>(
      kind: K,
      apply: (state: ChatState, event: ClientEvents[K]) => ChatState,
    ) => client.on(kind, (event) => this.state.update((state) => apply(state, event)));
    this.#undo = [
      on('message.created', applyMessageCreated),
      on('message.updated', (state, { data }) => applyMessageChanged(state, data)),
      on('message.deleted', (state, { data }) => applyMessageChanged(state, data)),
      on('reaction.added', (state, { data }) => applyMessageChanged(state, data.message)),
      on('reaction.removed', (state, { data }) => applyMessageChanged(state, data.message)),
      on('conversation.caughtUp', applyCaughtUp),
      on('conversation.changed', applyConversationChanged),
      on('conversation.created', applyConversationCreated),
      on('members.added', applyMembersAdded),
      on('members.removed', applyMembersRemoved),
      on('conversation.removed', (state, { conversationId }) => dropConversation(state, conversationId)),
      client.on('message.created', ({ data }) => this.#ensure(data.conversationId, data.senderId)),
      client.on('conversation.created', ({ conversationId }) => this.#ensure(conversationId)),
      client.on('members.added', ({ conversationId }) => this.#ensure(conversationId)),
      client.on('reset', () => this.#reset()),
      this.#followConnection(),
      this.sending.start(),
    ];
  }

  stop(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
  }

  /** Tells which conversation is on the screen, so that it is loaded now and after every interruption. */
  open(conversationId: string | undefined): void {
    this.#openId = conversationId;
    this.#context.client.conversations.setOpen(conversationId === undefined ? [] : [conversationId]);
    if (conversationId === undefined || this.#context.client.connection.getSnapshot().status !== 'online')
      return;
    this.#loadOpen(conversationId);
  }

  /** Shows an unfinished text in the list; empty takes it away. */
  setDraft(conversationId: string, text: string): void {
    this.state.update((state) => ({
      ...state,
      drafts:
        text.trim() === ''
          ? withoutEntry(state.drafts, conversationId)
          : withEntry(state.drafts, conversationId, text),
    }));
  }

  #ensure(conversationId: string, ...userIds: string[]): void {
    this.#users.ensure(userIds);
    if (!this.state.getSnapshot().conversations.has(conversationId)) void this.list.load(conversationId);
  }

  #refresh(): void {
    void this.list.refresh();
    if (this.#openId !== undefined) this.#loadOpen(this.#openId);
  }

  #loadOpen(conversationId: string): void {
    this.#ensure(conversationId);
    void this.history.open(conversationId);
  }

  #reset(): void {
    this.state.update((state) => ({
      ...addUsers(initialState(state.meId), state.users.values()),
      pending: state.pending,
      drafts: state.drafts,
    }));
    this.#refresh();
  }

  #followConnection(): () => void {
    const { connection } = this.#context.client;
    let wasOnline = false;
    const look = () => {
      const { status } = connection.getSnapshot();
      const isOnline = status === 'online';
      const isFirstFailure = !this.#hasBegun && (status === 'reconnecting' || status === 'offline');
      if (isOnline || isFirstFailure) this.#hasBegun = true;
      if ((isOnline && !wasOnline) || isFirstFailure) this.#refresh();
      wasOnline = isOnline;
    };
    look();
    return connection.subscribe(look);
  }
}
