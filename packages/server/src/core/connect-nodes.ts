import type { UserId } from '@parley/protocol';
import type { Database } from '../db/database.js';
import { startTailPoll } from '../eventlog/tail-poll.js';
import { createUserCheck } from '../eventlog/user-check.js';
import type { Broker, PeopleMessage, Publication, SignalPublication } from '../fanout/broker.js';
import type { Hub } from '../fanout/hub.js';
import type { Clock } from '../lib/clock.js';
import type { NodeMetrics } from '../lib/node-metrics.js';

/** How this node hears others: not at all, through Redis, or by reading the log five times a second. */
export type NodesState = 'single' | 'redis' | 'redis_unwell' | 'polling';

/** The sockets here and the nodes elsewhere, as what commits tell them. */
export interface Nodes {
  readonly state: NodesState;
  /** After a commit: its events to whoever is in the conversation. */
  publish(publication: Publication): void;
  /** Something told once. */
  publishSignal(signal: SignalPublication): void;
  /** After a commit that ended sessions of these people, or moved their own logs. */
  touch(userIds: readonly UserId[]): void;
  /** After a commit that changed memberships of these people, and whose publication told so here. */
  touchElsewhere(userIds: readonly UserId[]): void;
  /** See `UserCheck`. */
  arriving(userId: UserId): () => void;
  /** Who is connected here, to the nodes elsewhere. */
  publishPeople(message: PeopleMessage): void;
  close(): Promise<void>;
}

export interface NodesOptions {
  readonly database: Database;
  readonly broker: Broker;
  readonly hub: Hub;
  readonly metrics: NodeMetrics;
  readonly clock: Clock;
  /** Told who is connected elsewhere, to the node of that incarnation. */
  readonly onPeople: (from: string, message: PeopleMessage) => void;
  /** Told that this node begins to hear others, or does so again. */
  readonly onHearing: () => void;
  readonly onError: (error: unknown, message: string) => void;
}

/** Serves the sockets here in the same turn, tells other nodes, and hears them: through the broker, and from the log, which alone can be relied on. */
export function connectNodes(options: NodesOptions): Nodes {
  const { database, broker, hub, metrics, clock } = options;
  const userCheck = createUserCheck({
    database,
    hub,
    clock,
    onChecked: metrics.checked,
    onError: (error) => options.onError(error, 'sessions, memberships and own logs could not be read again'),
  });
  // The embedded engine has one node: what it commits, it has delivered.
  const tailPoll =
    database.engine === 'embedded'
      ? undefined
      : startTailPoll({
          database,
          clock,
          isUrgent: () => broker.health !== 'healthy',
          conversationIds: () => hub.conversationIds(),
          userIds: () => hub.userIds(),
          onHead: (conversationId, head) => hub.expect(conversationId, head),
          onTouched: userCheck.check,
          onPolled: metrics.polled,
          onError: (error) => options.onError(error, 'the commit log could not be polled'),
        });
  broker.subscribe({
    onPublication: (publication) => hub.receive(publication),
    onSignal: (signal) => hub.receiveSignal(signal),
    onTouched: userCheck.check,
    onPeople: options.onPeople,
    onReconnect: () => {
      tailPoll?.poll();
      options.onHearing();
    },
  });
  return {
    get state() {
      return stateOf(database, broker);
    },
    publish: (publication) => {
      hub.deliver(publication);
      broker.publish(publication);
    },
    publishSignal: (signal) => {
      hub.deliverSignal(signal);
      broker.publishSignal(signal);
    },
    touch: (userIds) => {
      if (userIds.length === 0) return;
      userCheck.check(userIds);
      broker.touch(userIds);
    },
    touchElsewhere: (userIds) => {
      if (userIds.length > 0) broker.touch(userIds);
    },
    arriving: userCheck.arriving,
    publishPeople: (message) => broker.publishPeople(message),
    close: async () => {
      userCheck.close();
      hub.close();
      await Promise.all([tailPoll?.close(), broker.close()]);
    },
  };
}

function stateOf(database: Database, broker: Broker): NodesState {
  if (broker.health === 'healthy') return 'redis';
  if (broker.health === 'unwell') return 'redis_unwell';
  return database.engine === 'embedded' ? 'single' : 'polling';
}
