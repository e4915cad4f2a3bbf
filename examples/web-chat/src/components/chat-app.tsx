import type { BuiltInAuth, Me } from '@parley/client-sdk';
import { ChatProvider } from '@parley/react-hooks';
import { useState } from 'react';
import { ChatSessionProvider } from '../hooks/store-context.js';
import { useStartChat } from '../hooks/use-start-chat.js';
import { ChatShell } from './shell/chat-shell.js';

export interface ChatAppProps {
  readonly auth: BuiltInAuth;
  readonly url: string;
  readonly me: Me;
  readonly signOut: () => void;
}

/** The chat of one person, and the one live region of the page. */
export function ChatApp(props: ChatAppProps) {
  const [sentence, say] = useState('');
  const chat = useStartChat({ ...props, say });
  return (
    <>
      {chat !== undefined && (
        <ChatProvider client={chat.client}>
          <ChatSessionProvider value={chat.session}>
            <ChatShell me={props.me} />
          </ChatSessionProvider>
        </ChatProvider>
      )}
      <div className="sr" role="status">
        {sentence}
      </div>
    </>
  );
}
