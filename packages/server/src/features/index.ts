import type { TenantId } from '@parley/protocol';
import { deriveKey, type Tokens } from '../access/tokens.js';
import type { Database } from '../db/database.js';
import type { Feature } from '../kernel/define-feature.js';
import type { BoundedQueue } from '../lib/bounded-queue.js';
import { createAuthFeature } from './auth/index.js';
import { createPasswords } from './auth/passwords.js';
import { createRefreshTokens } from './auth/refresh-token.js';
import { createSessions } from './auth/sessions.js';
import { conversationsFeature } from './conversations/index.js';
import { membersFeature } from './members/index.js';
import { messagesFeature } from './messages/index.js';
import { syncFeature } from './sync/index.js';
import { usersFeature } from './users/index.js';

export interface FeatureDependencies {
  readonly database: Database;
  readonly secret: string;
  readonly tenantId: TenantId;
  readonly tokens: Tokens;
  readonly hashQueue: BoundedQueue;
  readonly newId: () => string;
}

/** Every feature of the server. A new one is registered by its line here. */
export function createFeatures(dependencies: FeatureDependencies): Feature[] {
  const { database, tokens, newId, tenantId } = dependencies;
  const refreshTokens = createRefreshTokens(deriveKey(dependencies.secret, 'refresh'));
  const passwords = createPasswords(dependencies.hashQueue);
  const sessions = createSessions({ database, tokens, refreshTokens, newId });
  return [
    createAuthFeature({ database, tenantId, passwords, refreshTokens, sessions }),
    usersFeature,
    conversationsFeature,
    membersFeature,
    messagesFeature,
    syncFeature,
  ];
}
