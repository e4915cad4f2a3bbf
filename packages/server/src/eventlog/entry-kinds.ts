import type { EventKind } from '@parley/protocol';

/** How the log stores an event's kind. Numbers are stored: never renumber, never reuse. 0 is a message, whose row is its entry. */
export const entryKinds = {
  'message.created': 0,
  'conversation.created': 1,
  'members.added': 2,
  'members.removed': 3,
  'message.updated': 4,
  'message.deleted': 5,
  'reaction.added': 6,
  'reaction.removed': 7,
  'conversation.updated': 8,
  'conversation.deleted': 9,
  'members.updated': 10,
} as const satisfies Record<EventKind, number>;
