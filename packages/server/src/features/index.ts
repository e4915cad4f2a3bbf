import type { TenantId, UserId } from '@parley/protocol';
import { deriveKey, type Tokens } from '../access/tokens.js';
import type { Cluster } from '../db/cluster.js';
import type { Database } from '../db/database.js';
import type { SignalPublication } from '../fanout/broker.js';
import type { Feature } from '../kernel/define-feature.js';
import type { BoundedQueue } from '../lib/bounded-queue.js';
import { createAuthFeature } from './auth/index.js';
import { createPasswordChanges } from './auth/password-changes.js';
import { createPasswords } from './auth/passwords.js';
import { createRefreshTokens } from './auth/refresh-token.js';
import type { ResetRequests } from './auth/reset-requests.js';
import { createSessions, type SessionsOptions } from './auth/sessions.js';
import { batchFeature } from './batch/index.js';
import { createBlocksFeature } from './blocks/index.js';
import { conversationsFeature } from './conversations/index.js';
import { membersFeature } from './members/index.js';
import { messagesFeature } from './messages/index.js';
import { preferencesFeature } from './preferences/index.js';
import { createPresenceFeature } from './presence/index.js';
import type { PresenceBoard } from './presence/presence.js';
import { reactionsFeature } from './reactions/index.js';
import { createReceiptsFeature } from './receipts/index.js';
import type { Receipts } from './receipts/receipts.js';
import { createSyncFeature } from './sync/index.js';
import type { ListenToUser } from './sync/wake-up.js';
import { createThreadsFeature } from './threads/index.js';
import { createTypingFeature } from './typing/index.js';
import { createUsersFeature } from './users/index.js';

export interface FeatureDependencies {
  readonly database: Database;
  readonly secret: string;
  readonly tenantId: TenantId;
  readonly tokens: Tokens;
  readonly hashQueue: BoundedQueue;
  readonly resetRequests: Pick<ResetRequests, 'request'>;
  readonly onRefreshReused: SessionsOptions['onReused'];
  readonly newId: () => string;
  readonly cluster: Cluster;
  readonly listen: ListenToUser;
  /** Told after a commit whose sessions it ended. */
  readonly touch: (userIds: readonly UserId[]) => void;
  /** Tells something once to whoever is connected, here and on other nodes. */
  readonly signal: (publication: SignalPublication) => void;
  readonly receipts: Receipts;
  readonly presence: PresenceBoard;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Every feature of the server. A new one is registered by its line here. */
export function createFeatures(dependencies: FeatureDependencies): Feature[] {
  const { database, tokens, newId, tenantId, touch } = dependencies;
  const refreshTokens = createRefreshTokens(deriveKey(dependencies.secret, 'refresh'));
  const passwords = createPasswords(dependencies.hashQueue);
  const onReused = dependencies.onRefreshReused;
  const sessions = createSessions({ database, tokens, refreshTokens, newId, touch, onReused });
  const passwordChanges = createPasswordChanges({ database, passwords, touch });
  const { resetRequests } = dependencies;
  return [
    createAuthFeature({
      database,
      tenantId,
      passwords,
      refreshTokens,
      sessions,
      passwordChanges,
      resetRequests,
      touch,
    }),
    createUsersFeature({ database, touch, signal: dependencies.signal }),
    conversationsFeature,
    membersFeature,
    messagesFeature,
    reactionsFeature,
    createThreadsFeature({ signal: dependencies.signal }),
    createReceiptsFeature(dependencies.receipts),
    createTypingFeature({ signal: dependencies.signal, now: dependencies.now }),
    createPresenceFeature(dependencies.presence),
    preferencesFeature,
    batchFeature,
    createBlocksFeature({ tell: (one, other) => dependencies.presence.relate([one, other]) }),
    createSyncFeature({ cluster: dependencies.cluster, listen: dependencies.listen }),
  ];
}
