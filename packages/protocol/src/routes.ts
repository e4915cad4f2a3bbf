// Written by `npm run generate` from the contracts; a test fails when it is stale.
import type { OperationName } from './contracts.js';
import type { RestRoute } from './define.js';

/** How to call an operation: what a client knows of a contract at run time, free of schemas. */
export interface Route {
  readonly kind: 'command' | 'query';
  readonly rest: RestRoute;
  readonly access: 'anyone' | 'user' | 'server';
  readonly repeats: 'id' | 'key' | 'none';
}

// biome-ignore format: one line an operation
export const routes: Readonly<Record<OperationName, Route>> = {
  register: { kind: 'command', rest: 'POST /v1/auth/register', access: 'anyone', repeats: 'none' },
  login: { kind: 'command', rest: 'POST /v1/auth/login', access: 'anyone', repeats: 'none' },
  refresh: { kind: 'command', rest: 'POST /v1/auth/refresh', access: 'anyone', repeats: 'none' },
  logout: { kind: 'command', rest: 'POST /v1/auth/logout', access: 'anyone', repeats: 'none' },
  logoutAll: { kind: 'command', rest: 'POST /v1/auth/logout-all', access: 'user', repeats: 'none' },
  listSessions: { kind: 'query', rest: 'GET /v1/sessions', access: 'user', repeats: 'none' },
  revokeSession: { kind: 'command', rest: 'DELETE /v1/sessions/:sessionId', access: 'user', repeats: 'none' },
  changePassword: { kind: 'command', rest: 'PUT /v1/users/me/password', access: 'user', repeats: 'none' },
  requestPasswordReset: { kind: 'command', rest: 'POST /v1/auth/forgot', access: 'anyone', repeats: 'none' },
  resetPassword: { kind: 'command', rest: 'POST /v1/auth/reset', access: 'anyone', repeats: 'none' },
  getMe: { kind: 'query', rest: 'GET /v1/users/me', access: 'user', repeats: 'none' },
  updateMe: { kind: 'command', rest: 'PATCH /v1/users/me', access: 'user', repeats: 'none' },
  getUser: { kind: 'query', rest: 'GET /v1/users/:userId', access: 'user', repeats: 'none' },
  searchUsers: { kind: 'query', rest: 'GET /v1/users', access: 'user', repeats: 'none' },
  upsertUser: { kind: 'command', rest: 'PUT /v1/users/:userId', access: 'server', repeats: 'none' },
  revokeUserTokens: { kind: 'command', rest: 'DELETE /v1/users/:userId/tokens', access: 'server', repeats: 'none' },
  createConversation: { kind: 'command', rest: 'POST /v1/conversations', access: 'user', repeats: 'id' },
  listConversations: { kind: 'query', rest: 'GET /v1/conversations', access: 'user', repeats: 'none' },
  updateConversation: { kind: 'command', rest: 'PATCH /v1/conversations/:conversationId', access: 'user', repeats: 'key' },
  archiveConversation: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/archive', access: 'user', repeats: 'key' },
  unarchiveConversation: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId/archive', access: 'user', repeats: 'key' },
  deleteConversation: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId', access: 'user', repeats: 'key' },
  getConversation: { kind: 'query', rest: 'GET /v1/conversations/:conversationId', access: 'user', repeats: 'none' },
  listMembers: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/members', access: 'user', repeats: 'none' },
  addMembers: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/members', access: 'user', repeats: 'key' },
  removeMember: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId/members/:userId', access: 'user', repeats: 'key' },
  updateMember: { kind: 'command', rest: 'PATCH /v1/conversations/:conversationId/members/:userId', access: 'user', repeats: 'key' },
  leaveConversation: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/leave', access: 'user', repeats: 'key' },
  transferOwnership: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/transfer', access: 'user', repeats: 'key' },
  banMember: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/bans/:userId', access: 'user', repeats: 'key' },
  unbanMember: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId/bans/:userId', access: 'user', repeats: 'key' },
  listBans: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/bans', access: 'user', repeats: 'none' },
  sendMessage: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/messages', access: 'user', repeats: 'id' },
  sendMessages: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/messages/bulk', access: 'user', repeats: 'none' },
  editMessage: { kind: 'command', rest: 'PATCH /v1/conversations/:conversationId/messages/:messageId', access: 'user', repeats: 'key' },
  deleteMessage: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId/messages/:messageId', access: 'user', repeats: 'key' },
  restoreMessage: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/messages/:messageId/restore', access: 'user', repeats: 'key' },
  listMessages: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages', access: 'user', repeats: 'none' },
  getMessage: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages/:messageId', access: 'user', repeats: 'none' },
  listVersions: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages/:messageId/versions', access: 'user', repeats: 'none' },
  addReaction: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/messages/:messageId/reactions/:emoji', access: 'user', repeats: 'key' },
  removeReaction: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId/messages/:messageId/reactions/:emoji', access: 'user', repeats: 'key' },
  listReactions: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages/:messageId/reactions', access: 'user', repeats: 'none' },
  listReplies: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/messages/:messageId/replies', access: 'user', repeats: 'none' },
  listThreads: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/threads', access: 'user', repeats: 'none' },
  followThread: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/threads/:rootId/follow', access: 'user', repeats: 'none' },
  unfollowThread: { kind: 'command', rest: 'DELETE /v1/conversations/:conversationId/threads/:rootId/follow', access: 'user', repeats: 'none' },
  markRead: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/read', access: 'user', repeats: 'none' },
  markDelivered: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/delivered', access: 'user', repeats: 'none' },
  markUnread: { kind: 'command', rest: 'PUT /v1/conversations/:conversationId/unread', access: 'user', repeats: 'none' },
  listReceipts: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/receipts', access: 'user', repeats: 'none' },
  setTyping: { kind: 'command', rest: 'POST /v1/conversations/:conversationId/typing', access: 'user', repeats: 'none' },
  watchPresence: { kind: 'command', rest: 'PUT /v1/users/presence/watched', access: 'user', repeats: 'none' },
  listPresence: { kind: 'query', rest: 'GET /v1/users/presence', access: 'user', repeats: 'none' },
  getOwnPresence: { kind: 'query', rest: 'GET /v1/users/me/presence', access: 'user', repeats: 'none' },
  setPresence: { kind: 'command', rest: 'PUT /v1/users/me/presence', access: 'user', repeats: 'none' },
  getPreferences: { kind: 'query', rest: 'GET /v1/users/me/preferences', access: 'user', repeats: 'none' },
  updatePreferences: { kind: 'command', rest: 'PATCH /v1/users/me/preferences', access: 'user', repeats: 'none' },
  listChanges: { kind: 'query', rest: 'GET /v1/conversations/:conversationId/changes', access: 'user', repeats: 'none' },
  sync: { kind: 'query', rest: 'POST /v1/sync', access: 'user', repeats: 'none' },
};
