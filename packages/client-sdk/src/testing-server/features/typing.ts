/** Who is typing: told to the other members, stored nowhere. A word passes every three seconds, a stop at once after a start that did. */
import { blockedMark, hasRight } from '@parley/protocol/wire';
import { findVisible, requireUnmuted } from '../log.js';
import { type HandlersOf, refuse, requireReadable, type World } from '../world.js';

const intervalMs = 3000;
const earlyMs = 1000;

interface Typist {
  /** When the next start is due. */
  readonly dueAt: number;
  readonly isTyping: boolean;
}

export function createTyping(world: World): HandlersOf<'typing'> {
  const typists = new Map<string, Typist>();
  const pass = (key: string, isTyping: boolean): boolean => {
    const now = world.now();
    const typist = typists.get(key);
    const isFresh = typist !== undefined && typist.dueAt + intervalMs > now;
    if (!isTyping) {
      if (!isFresh || !typist.isTyping) return false;
      typists.set(key, { ...typist, isTyping });
      return true;
    }
    const dueAt = isFresh ? typist.dueAt : now;
    if (now < dueAt - earlyMs) return false;
    typists.set(key, { dueAt: Math.max(now, dueAt) + intervalMs, isTyping });
    return true;
  };
  return {
    setTyping: ({ input: { conversationId, isTyping, threadId = null }, actor: { userId }, actor }) => {
      const { log, member } = requireReadable(world, actor, conversationId);
      const isBlocked = (member.place.deny & blockedMark) !== 0;
      if (log.state === 'archived') return refuse('conversation_archived');
      if (!isBlocked && !hasRight({ roleRights: log.roleRights, ...member.place }, 'send'))
        return refuse('forbidden');
      requireUnmuted(world, member);
      const root = threadId === null ? undefined : findVisible(log, member, threadId);
      if (threadId !== null && root?.message.threadId !== null) return refuse('invalid_reference');
      // Between people of whom one has blocked the other it is as if nobody listened.
      if (!isBlocked && pass(`${userId} ${conversationId}`, isTyping))
        world.hub.signal({
          signal: { kind: 'typing', conversationId, data: { userId, isTyping, threadId } },
          to: 'members',
          except: [userId],
        });
      return null;
    },
  };
}
