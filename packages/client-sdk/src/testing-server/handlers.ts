import type { Execute } from './execute.js';
import { createAuth } from './features/auth.js';
import { createBatch } from './features/batch.js';
import { createBlocks } from './features/blocks.js';
import { createConversations } from './features/conversations.js';
import { createMembers } from './features/members.js';
import { createMessages } from './features/messages.js';
import { createPreferences } from './features/preferences.js';
import { createPresence } from './features/presence.js';
import { createReactions } from './features/reactions.js';
import { createReceipts } from './features/receipts.js';
import { createSync } from './features/sync.js';
import { createThreads } from './features/threads.js';
import { createTyping } from './features/typing.js';
import { createUsers } from './features/users.js';
import type { Handlers, World } from './world.js';

/** Every operation of the contract; one that is missing does not compile. */
export function createHandlers(
  world: World,
  execute: Execute,
): { readonly handlers: Handlers; readonly forget: () => void } {
  const receipts = createReceipts(world);
  const handlers: Handlers = {
    ...createAuth(world),
    ...createUsers(world),
    ...createConversations(world),
    ...createMembers(world),
    ...createMessages(world),
    ...createReactions(world),
    ...createThreads(world),
    ...receipts.handlers,
    ...createTyping(world),
    ...createPresence(world),
    ...createPreferences(world),
    ...createBlocks(world),
    ...createSync(world),
    ...createBatch(execute),
  };
  return { handlers, forget: receipts.close };
}
