import type { Message, Thread } from '@parley/protocol';
import type { Executor } from '../../db/database.js';
import { listThreads } from '../../eventlog/thread-heads.js';

/** Messages with their threads, which being sent or deleted has changed. */
export async function withThreads(
  db: Executor,
  messages: readonly Message[],
): Promise<(Message & { readonly thread?: Thread })[]> {
  const keys = messages.flatMap(({ conversationId, threadId }) =>
    threadId === null ? [] : [{ conversationId, rootId: threadId }],
  );
  const threads = new Map(
    (await listThreads(db, keys)).map((thread) => [`${thread.conversationId} ${thread.rootId}`, thread]),
  );
  return messages.map((message) => {
    const thread = threads.get(`${message.conversationId} ${message.threadId}`);
    return thread === undefined ? message : { ...message, thread };
  });
}
