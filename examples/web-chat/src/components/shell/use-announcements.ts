import { useChatEvent, useConnection } from '@parley/react-hooks';
import { useEffect, useRef } from 'react';
import { useChatSession } from '../../hooks/store-context.js';

/** Reads others' messages of the open conversation aloud while the window is looked at, and says when the connection goes and comes. */
export function useAnnouncements(openId: string | undefined): void {
  const { store, announcer } = useChatSession();
  const { status } = useConnection();
  const wasAway = useRef(false);
  useChatEvent('message.created', ({ data, isOwn, isCatchUp }) => {
    if (isOwn || isCatchUp || data.conversationId !== openId || !document.hasFocus()) return;
    const sender = store.state.getSnapshot().users.get(data.senderId);
    announcer.message(sender?.displayName ?? 'New message', data.content);
  });
  useEffect(() => {
    const isAway = status === 'offline' || status === 'reconnecting';
    if (isAway && !wasAway.current) announcer.tell('You are offline. Messages are kept and sent later.');
    if (status === 'online' && wasAway.current) announcer.tell('Back online.');
    if (status === 'unauthorized') announcer.tell('Your session ended.');
    if (isAway || status === 'online') wasAway.current = isAway;
  }, [announcer, status]);
}
