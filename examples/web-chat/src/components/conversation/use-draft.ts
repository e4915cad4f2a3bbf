import { useEffect, useRef, useState } from 'react';
import { useChatSession } from '../../hooks/store-context.js';

/** What is typed for a conversation: kept at every key, shown in the list as soon as another conversation is open. */
export function useDraft(conversationId: string): readonly [string, (text: string) => void] {
  const { store, drafts } = useChatSession();
  const [text, setText] = useState(() => drafts.read(conversationId));
  const latest = useRef(text);
  useEffect(() => {
    store.setDraft(conversationId, '');
    return () => store.setDraft(conversationId, latest.current);
  }, [store, conversationId]);
  return [
    text,
    (next) => {
      latest.current = next;
      setText(next);
      drafts.write(conversationId, next);
    },
  ];
}
