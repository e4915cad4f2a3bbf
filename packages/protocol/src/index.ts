/** The whole contract: what `@parley/protocol/wire` has, and the schemas. Server code; clients take `/wire`. */

export { type CloseName, closeCodes, closeName, type ReconnectRule } from './close-codes.js';
export type {
  ChatEvent,
  EventEnvelope,
  EventKind,
  EventOf,
  Input,
  OperationName,
  Operations,
  Output,
} from './contracts.js';
export { contracts, listOperations, type ParsedInput } from './contracts.js';
export { type Contract, command, defineContract, type Operation, query, type RestRoute } from './define.js';
export { directConversationId } from './direct-conversation-id.js';
export {
  type ErrorBody,
  type ErrorCode,
  type ErrorDetail,
  type ErrorRow,
  errorTable,
  isErrorCode,
  ParleyError,
  type ParleyErrorOptions,
} from './errors.js';
export type { Session } from './features/auth.contract.js';
export { Session as sessionSchema } from './features/auth.contract.js';
export type { Conversation, ConversationSummary } from './features/conversations.contract.js';
export {
  Conversation as conversationSchema,
  ConversationSummary as conversationSummarySchema,
} from './features/conversations.contract.js';
export type { Member } from './features/members.contract.js';
export { Member as memberSchema } from './features/members.contract.js';
export type { Ack, Message } from './features/messages.contract.js';
export { Ack as ackSchema, Message as messageSchema } from './features/messages.contract.js';
export { LogEvent as logEventSchema } from './features/sync.contract.js';
export type { Me, User, Users } from './features/users.contract.js';
export { Me as meSchema, User as userSchema, Users as usersSchema } from './features/users.contract.js';
export { opId as opIdSchema } from './fields.js';
export { CallFrameSchema, HelloFrameSchema, RefreshFrameSchema } from './frame-schemas.js';
export type {
  CallFrame,
  DownFrame,
  ErrorFrame,
  EventFrame,
  Head,
  HeadsFrame,
  HelloFrame,
  PingFrame,
  PongFrame,
  RefreshedFrame,
  RefreshFrame,
  ResultFrame,
  UpFrame,
  WelcomeFrame,
} from './frames.js';
export {
  type Branded,
  type ConversationId,
  createIdFactory,
  type IdSource,
  isUuid,
  type MessageId,
  type OpId,
  type SessionId,
  type TenantId,
  type UserId,
} from './ids.js';
export { limits } from './limits.js';
export {
  compareRoles,
  defaultRoleRights,
  directRoleRights,
  hasRight,
  type Right,
  type RightsInput,
  type Role,
  rights,
  roles,
} from './rights.js';
export { type Route, routes } from './routes.js';
export { codePointLength, fitsText, isDisplayName, isStorableText, isUsername, utf8Length } from './text.js';
export { protocolVersion, supportedVersions } from './version.js';
