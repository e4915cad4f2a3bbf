import { useEffect } from 'react';
import { useChatSession } from '../../hooks/store-context.js';
import { hasNewer, type MessageWindow } from '../../store/message-window.js';
import type { LogVirtualizer } from './use-log-scroll.js';

/** Rows from the edge at which the next page is asked for. */
const nearEdge = 5;

export interface LogPagesOptions {
  readonly conversationId: string;
  readonly window: MessageWindow;
  readonly virtualizer: LogVirtualizer;
}

/** Loads pages as the reader comes near what is loaded. */
export function useLogPages({ conversationId, window, virtualizer }: LogPagesOptions): void {
  const { history } = useChatSession().store;
  const { range } = virtualizer;
  const isNearStart = range !== null && range.startIndex <= nearEdge;
  const isNearEnd = range !== null && range.endIndex >= window.items.length - nearEdge;
  const wantsOlder = isNearStart && window.older === 'idle' && window.olderCursor !== undefined;
  const wantsNewer = isNearEnd && window.newer === 'idle' && window.items.length > 0 && hasNewer(window);
  useEffect(() => {
    if (wantsOlder) void history.loadOlder(conversationId);
  }, [history, conversationId, wantsOlder]);
  useEffect(() => {
    if (wantsNewer) void history.loadNewer(conversationId);
  }, [history, conversationId, wantsNewer]);
}
