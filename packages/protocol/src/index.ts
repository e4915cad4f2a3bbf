/** The whole contract: what `@parley/protocol/wire` has, and the schemas. Server code; clients take `/wire`. */
export { contracts, listOperations, type ParsedInput } from './contracts.js';
export {
  type Access,
  type Contract,
  command,
  defineContract,
  type Operation,
  query,
  type RestRoute,
} from './define.js';
export { Session as sessionSchema } from './features/auth.contract.js';
export {
  Conversation as conversationSchema,
  ConversationSummary as conversationSummarySchema,
} from './features/conversations.contract.js';
export { Ack as ackSchema, MessageVersion as messageVersionSchema } from './features/messages.contract.js';
export { Reaction as reactionSchema } from './features/reactions.contract.js';
export { LogEvent as logEventSchema } from './features/sync.contract.js';
export { Me as meSchema, User as userSchema, Users as usersSchema } from './features/users.contract.js';
export { opId as opIdSchema } from './fields.js';
export { CallFrameSchema, HelloFrameSchema, OpenFrameSchema, RefreshFrameSchema } from './frame-schemas.js';
export { Member as memberSchema } from './resources/member.js';
export { Message as messageSchema } from './resources/message.js';
export { Thread as threadSchema } from './resources/thread.js';
// biome-ignore lint/performance/noReExportAll: the index is all of /wire by definition, and a second list of its names would drift.
export * from './wire.js';
