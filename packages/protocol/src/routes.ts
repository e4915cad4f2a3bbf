// Written by `npm run generate` from the contracts; a test fails when it is stale.
import type { OperationName } from './contracts.js';
import type { RestRoute } from './define.js';

/** How to call an operation: what a client knows of a contract at run time, free of schemas. */
export interface Route {
  readonly kind: 'command' | 'query';
  readonly rest: RestRoute;
  readonly access: 'anyone' | 'user';
  readonly repeats: 'id' | 'key' | 'none';
}

// biome-ignore format: one line an operation
export const routes: Readonly<Record<OperationName, Route>> = {
  register: { kind: 'command', rest: 'POST /v1/auth/register', access: 'anyone', repeats: 'none' },
  login: { kind: 'command', rest: 'POST /v1/auth/login', access: 'anyone', repeats: 'none' },
  refresh: { kind: 'command', rest: 'POST /v1/auth/refresh', access: 'anyone', repeats: 'none' },
  logout: { kind: 'command', rest: 'POST /v1/auth/logout', access: 'anyone', repeats: 'none' },
  getMe: { kind: 'query', rest: 'GET /v1/users/me', access: 'user', repeats: 'none' },
  getUser: { kind: 'query', rest: 'GET /v1/users/:userId', access: 'user', repeats: 'none' },
  searchUsers: { kind: 'query', rest: 'GET /v1/users', access: 'user', repeats: 'none' },
  createConversation: { kind: 'command', rest: 'POST /v1/conversations', access: 'user', repeats: 'id' },
  listConversations: { kind: 'query', rest: 'GET /v1/conversations', access: 'user', repeats: 'none' },
  getConversation: { kind: 'query', rest: 'GET /v1/conversations/:conversationId', access: 'user', repeats: 'none' },
  listMembers: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/members', access: 'user', repeats: 'none' },
  addMembers: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/members', access: 'user', repeats: 'key' },
  removeMember: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId/members/:userId', access: 'user', repeats: 'key' },
  sendMessage: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/messages', access: 'user', repeats: 'id' },
  editMessage: { kind: 'command', rest: 'PATCH /v1/conversations/:conversationId/messages/:messageId', access: 'user', repeats: 'key' },
  deleteMessage: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId/messages/:messageId', access: 'user', repeats: 'key' },
  listMessages: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages', access: 'user', repeats: 'none' },
  getMessage: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages/:messageId', access: 'user', repeats: 'none' },
  listVersions: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages/:messageId/versions', access: 'user', repeats: 'none' },
  addReaction: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/messages/:messageId/reactions/:emoji', access: 'user', repeats: 'key' },
  removeReaction: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId/messages/:messageId/reactions/:emoji', access: 'user', repeats: 'key' },
  listReactions: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages/:messageId/reactions', access: 'user', repeats: 'none' },
  listReplies: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages/:messageId/replies', access: 'user', repeats: 'none' },
  markRead: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/read', access: 'user', repeats: 'none' },
  markDelivered: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/delivered', access: 'user', repeats: 'none' },
  markUnread: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/unread', access: 'user', repeats: 'none' },
  listReceipts: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/receipts', access: 'user', repeats: 'none' },
  setTyping: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/typing', access: 'user', repeats: 'none' },
  watchPresence: { kind: 'command', rest: 'PUT /v1/users/presence/watched', access: 'user', repeats: 'none' },
  listPresence: { kind: 'query', rest: 'GET /v1/users/presence', access: 'user', repeats: 'none' },
  listChanges: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/changes', access: 'user', repeats: 'none' },
  sync: { kind: 'query', rest: 'POST /v1/sync', access: 'user', repeats: 'none' },
};
