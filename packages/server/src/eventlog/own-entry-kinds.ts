import type { OwnEventKind } from '@parley/protocol';

/** How one's own log stores an event's kind. Numbers are stored: never renumber, never reuse. */
export const ownEntryKinds = {
  'preferences.updated': 1,
  'presence.chosen': 2,
  'block.added': 3,
  'block.removed': 4,
} as const satisfies Record<OwnEventKind, number>;
