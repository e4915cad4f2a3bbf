import type { ConversationSummary } from '@parley/client-sdk';
import { useMemo, useRef } from 'react';
import { pendingOf, windowOf } from '../store/chat-state.js';
import { buildRows, type LogRow } from '../store/log-rows.js';
import type { MessageWindow } from '../store/message-window.js';
import type { PendingMessage } from '../store/pending-messages.js';
import { useChatState } from './store-context.js';
import { useMeId } from './use-people.js';

export function useSummary(id: string): ConversationSummary | undefined {
  return useChatState((state) => state.conversations.get(id));
}

export function useWindow(id: string): MessageWindow {
  return useChatState((state) => windowOf(state, id));
}

export function usePending(id: string): readonly PendingMessage[] {
  return useChatState((state) => pendingOf(state, id));
}

/** The rows of the log; a row that did not change is the same object as before. */
export function useRows(id: string): readonly LogRow[] {
  const { items, olderCursor } = useWindow(id);
  const pending = usePending(id);
  const meId = useMeId();
  const previous = useRef<readonly LogRow[]>([]);
  return useMemo(() => {
    previous.current = buildRows(
      { items, pending, meId, isStart: olderCursor === undefined },
      previous.current,
    );
    return previous.current;
  }, [items, pending, meId, olderCursor]);
}
