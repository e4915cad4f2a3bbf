import { useConnection } from '@parley/react-hooks';
import { useEffect, useMemo } from 'react';
import { useChatSession, useChatState } from '../../hooks/store-context.js';

/** Who is in a conversation, in the order they came; empty until it is known. */
export function useMemberIds(conversationId: string): readonly string[] {
  const { membership } = useChatSession().store;
  const isOnline = useConnection().status === 'online';
  const list = useChatState((state) => state.members.get(conversationId));
  const isKnown = list?.status === 'ready';
  useEffect(() => {
    if (isOnline && !isKnown) void membership.loadMembers(conversationId);
  }, [membership, conversationId, isOnline, isKnown]);
  return useMemo(() => list?.items.map(({ userId }) => userId) ?? [], [list]);
}
