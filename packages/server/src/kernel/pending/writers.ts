import type { OperationName } from '@parley/protocol';

/** The operations that go through the batcher: what may be written inside an app's transaction. A test holds the list against the handlers. */
export const writers = [
  'sendMessage',
  'editMessage',
  'deleteMessage',
  'restoreMessage',
  'addReaction',
  'removeReaction',
] as const satisfies readonly OperationName[];

export type WriterName = (typeof writers)[number];
