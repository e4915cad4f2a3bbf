/**
 * The client put together: `connection` keeps a socket, `sync` and `own` follow the logs, `outbox` carries commands, features are typed calls on top.
 * Nothing happens before `connect()` but what is asked for.
 */
import {
  type ChatSignal,
  type ConversationId,
  createIdFactory,
  type DownFrame,
  type Input,
  type OperationName,
} from '@parley/protocol/wire';
import { type Call, createCall, endOf } from './call.js';
import type { ClientEvents } from './client-events.js';
import { Connection } from './connection/connection.js';
import type { ConnectionState } from './connection/connection-state.js';
import type { GetToken } from './connection/get-token.js';
import { type Blocks, createBlocks } from './features/blocks/blocks.js';
import { type Conversations, createConversations } from './features/conversations/conversations.js';
import { createMembers, type Members } from './features/members/members.js';
import { createMessages, type Messages } from './features/messages/messages.js';
import { createPresence, type PresenceApi } from './features/presence/presence.js';
import { createReactions, type Reactions } from './features/reactions/reactions.js';
import { createReceipts, type ReceiptsApi } from './features/receipts/receipts.js';
import { createThreads, type Threads } from './features/threads/threads.js';
import { createTyping, createTypingEndings, type Typing } from './features/typing/typing.js';
import { createUsers, type UsersApi } from './features/users/users.js';
import { createHttpCall, type HttpCall } from './http.js';
import { createEmitter, type Emitter } from './lib/emitter.js';
import { createFreshIds } from './lib/fresh-ids.js';
import { serverUrl } from './lib/server-url.js';
import type { View } from './lib/view.js';
import type { Carrier } from './outbox/carrier.js';
import { createOutbox, type OutboxAndStorage, type StorageUser } from './outbox/create-outbox.js';
import type { Outbox, OutboxApi } from './outbox/outbox.js';
import { createSocketCarrier, type SocketCarrier } from './outbox/socket-carrier.js';
import type { Platform } from './platform/platform.js';
import type { ChatStorage } from './storage/chat-storage.js';
import { OwnLog } from './sync/own-log.js';
import { createReadChanges } from './sync/read-changes.js';
import { Sync, type SyncOptions } from './sync/sync.js';

export interface ChatClientOptions {
  /** Of the server: `https://chat.example.com`, with the prefix it is mounted under if there is one. */
  readonly url: string;
  readonly getToken: GetToken;
  /** Name and version of the application, for the server's log. */
  readonly clientName?: string;
  /**
   * Keeps what is unsent over reloads and crashes: `indexedDbStorage()` in browsers, `asyncStorage(...)` in React Native. Used from `connect()` on; needs `user`.
   *
   * @default  memory, which is gone with the page
   */
  readonly storage?: ChatStorage;
  /** Who signs in. A server that welcomes somebody else gets nothing, and the client closes. */
  readonly user?: StorageUser;
  /** Replaces parts of the surroundings, in tests and in unusual places. */
  readonly platform?: Partial<Platform>;
}

export interface ChatClient {
  /** Starts connecting, and keeps connected until `close()`. While the next attempt is waited for, tries at once. */
  readonly connect: () => void;
  /** Ends for good. What waits for a verdict is rejected with `ClientClosedError`. */
  readonly close: () => void;
  readonly connection: View<ConnectionState>;
  /** Listens; returns its undoing. */
  readonly on: Emitter<ClientEvents>['on'];
  readonly messages: Messages;
  readonly conversations: Conversations;
  readonly members: Members;
  readonly users: UsersApi;
  readonly blocks: Blocks;
  readonly reactions: Reactions;
  readonly threads: Threads;
  /** How far you and the others have read. */
  readonly receipts: ReceiptsApi;
  readonly typing: Typing;
  readonly presence: PresenceApi;
  /** What waits to be sent or was refused. */
  readonly outbox: OutboxApi;
  /** How keeping on the device goes; `failed` and a `memory` that was not asked for are worth telling. */
  readonly storage: OutboxAndStorage['storage'];
  readonly call: Call;
  /** An id for a message or a group that is made before it is sent. */
  readonly newId: () => string;
}

/** @param surroundings  what the entry of the package brings; the options' platform goes over it */
export function createClient(options: ChatClientOptions, surroundings: Platform): ChatClient {
  const { getToken } = options;
  const platform = { ...surroundings, ...options.platform };
  const url = serverUrl(options.url);
  const ids = createFreshIds(createIdFactory(platform));
  const newId = ids.make;
  const http = createHttpCall({ url, getToken, platform });
  const emitter = createEmitter<ClientEvents>(platform.reportError);
  const sync = new Sync({
    platform,
    readChanges: createReadChanges(http),
    askAllHeads: () => connection.renew(),
    ...announce(emitter, (id, ack) => outbox.seen(id, ack)),
  });
  const own = followOwnLog(platform, http, emitter);
  const tell = tellSignals(emitter, platform);
  const socket: SocketCarrier = createSocketCarrier((frame) => connection.send(frame));
  const connection: Connection = new Connection({
    url,
    getToken,
    platform,
    clientName: options.clientName,
    resume: () => sync.resume,
    onWelcome: (welcome, heads, isBeside) => {
      guard.welcome(welcome.userId);
      sync.receiveWelcome(welcome, heads, isBeside);
      own.receiveWelcome(welcome, isBeside);
      presence.resume();
    },
    onFrame: (frame) => route(frame, { sync, own, socket, tell }),
    onDigest: (digest) => sync.receiveDigest(digest),
    onCallsLost: socket.lost,
  });
  const state = connection.state.getSnapshot;
  const guard = createUserGuard(options, platform, () => connection.close());
  const carrier = () => (guard.isStranger() ? undefined : chooseCarrier(state(), socket.carry, http));
  const { outbox, ...kept } = createOutbox({ ...options, platform, newId, carrier, url });
  connection.state.subscribe(() => followConnection(state(), { outbox, sync, own, socket }));
  const call = createCall({ http, outbox, ids, state });
  const presence = createPresence({
    call,
    emit: (items) => tell({ kind: 'presence.changed', conversationId: null, data: { items } }),
  });
  return {
    ...createLife(connection, outbox),
    outbox: outbox.api,
    ...kept,
    connection: connection.state,
    on: emitter.on,
    ...createApis({ call, newId, platform, connection, sync }),
    typing: createTyping({ platform, send: (input) => sendNow(state(), socket.carry, input) }),
    presence: presence.api,
    call,
    newId,
  };
}

interface ApiParts {
  readonly call: Call;
  readonly newId: () => string;
  readonly platform: Platform;
  readonly connection: Connection;
  readonly sync: Sync;
}

function createApis({ call, newId, platform, connection, sync }: ApiParts) {
  const setOpen = (conversationIds: readonly ConversationId[]) => {
    connection.setOpen(conversationIds);
    sync.setOpen(conversationIds);
  };
  return {
    messages: createMessages(call, newId),
    conversations: createConversations(call, newId, setOpen),
    members: createMembers(call),
    users: createUsers(call),
    blocks: createBlocks(call),
    reactions: createReactions(call),
    threads: createThreads(call),
    receipts: createReceipts(call, platform),
  };
}

function announce(
  emitter: Emitter<ClientEvents>,
  seen: Outbox['seen'],
): Pick<SyncOptions, 'deliver' | 'moved' | 'caughtUp' | 'removed' | 'reset'> {
  const moved: SyncOptions['moved'] = (conversationId, seq, lastMessage) =>
    emitter.emit('conversation.changed', {
      conversationId,
      seq,
      ...(lastMessage === undefined ? {} : { lastMessage }),
    });
  return {
    deliver: (event, learned) => {
      // Of others' messages the outbox knows nothing, whatever their ids.
      if (event.kind === 'message.created' && learned.isOwn)
        seen(event.data.id, { id: event.data.id, seq: event.seq, at: event.at });
      // Kind and data come together in the union and leave together.
      emitter.emit(event.kind, { ...event, ...learned } as never);
      moved(event.conversationId, event.seq);
    },
    moved,
    caughtUp: (conversationId, changes) => emitter.emit('conversation.caughtUp', { conversationId, changes }),
    removed: (conversationId) => emitter.emit('conversation.removed', { conversationId }),
    reset: () => emitter.emit('reset', {}),
  };
}

function followOwnLog(platform: Platform, http: HttpCall, emitter: Emitter<ClientEvents>): OwnLog {
  return new OwnLog({
    platform,
    readOwnChanges: (since) => http('listOwnChanges', { since, limit: 100 }),
    // Kind and data come together in the union and leave together.
    deliver: (event) => emitter.emit(event.kind, event as never),
    reset: () => emitter.emit('reset', {}),
  });
}

/** Hands signals to whoever listens; who is typing stops by itself. */
function tellSignals(emitter: Emitter<ClientEvents>, platform: Platform): (signal: ChatSignal) => void {
  const typing = createTypingEndings({ platform, emit: (signal) => emitter.emit('typing', signal) });
  return (signal) => {
    if (signal.kind === 'typing') typing.receive(signal);
    // Kind and data come together in the union and leave together.
    else emitter.emit(signal.kind, signal as never);
  };
}

/** What is of no use later goes over the socket there is, or nowhere; nobody waits for the answer. */
function sendNow(state: ConnectionState, carry: Carrier, input: Input<'setTyping'>): boolean {
  if (state.status !== 'online') return false;
  carry({ operation: 'setTyping', input, opId: undefined }).catch(() => {});
  return true;
}

function createLife(connection: Connection, outbox: Outbox): Pick<ChatClient, 'connect' | 'close'> {
  return {
    connect() {
      connection.connect();
      outbox.open();
    },
    close() {
      connection.close();
      outbox.close();
    },
  };
}

/** What one person left must not be sent in the name of another. */
function createUserGuard({ user }: ChatClientOptions, { reportError }: Platform, close: () => void) {
  let isStranger = false;
  return {
    isStranger: () => isStranger,
    welcome(userId: string) {
      if (user === undefined || user.id === userId) return;
      isStranger = true;
      reportError(new Error('The token is not that of `user`.'));
      // After the welcome that is being worked on.
      queueMicrotask(close);
    },
  };
}

interface Receivers {
  readonly sync: Sync;
  readonly own: OwnLog;
  readonly socket: SocketCarrier;
  readonly tell: (signal: ChatSignal) => void;
}

function route(frame: DownFrame, { sync, own, socket, tell }: Receivers): void {
  if (frame.type === 'event') sync.receiveEvent(frame.event);
  else if (frame.type === 'signal') tell(frame.signal);
  else if (frame.type === 'heads') sync.receiveHeads(frame.heads);
  else if (frame.type === 'head') sync.receiveHead(frame);
  else if (frame.type === 'own_head') own.receiveHead(frame.seq);
  else if (frame.type === 'result' || frame.type === 'error') socket.receive(frame);
}

/** Before `connect()` commands travel over HTTP; from then on over the socket, which keeps their order. */
function chooseCarrier(state: ConnectionState, socket: Carrier, http: HttpCall): Carrier | undefined {
  if (state.status === 'online') return socket;
  return state.status === 'idle' ? httpCarrier(http) : undefined;
}

function httpCarrier(http: HttpCall): Carrier {
  // A command's name and input were typed by the call that made it.
  return ({ operation, input, opId }) =>
    http(operation as OperationName, input as never, opId === undefined ? {} : { opId });
}

function followConnection(
  state: ConnectionState,
  parts: {
    readonly outbox: Outbox;
    readonly sync: Sync;
    readonly own: OwnLog;
    readonly socket: SocketCarrier;
  },
): void {
  if (state.status === 'online') return parts.outbox.flush();
  parts.sync.disconnected();
  parts.own.disconnected();
  parts.socket.lost();
  const end = endOf(state);
  if (end !== undefined) parts.outbox.end(end);
}
