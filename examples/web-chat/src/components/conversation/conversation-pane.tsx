import type { ConversationSummary } from '@parley/client-sdk';
import type { ReactNode } from 'react';
import { useChatSession, useChatState } from '../../hooks/store-context.js';
import { usePending, useSummary, useWindow } from '../../hooks/use-conversation.js';
import { useTitle } from '../../hooks/use-people.js';
import { listHref } from '../../hooks/use-route.js';
import { EmptyNote } from '../shared/empty-note.js';
import { ConnectionBanner } from '../shell/connection-banner.js';
import { Composer } from './composer.js';
import { ConversationHeader } from './conversation-header.js';
import { MessageLog } from './message-log.js';
import { SayHello } from './say-hello.js';
import { useDraft } from './use-draft.js';

/** One conversation: who it is with, what was said, and the place to write. */
export function ConversationPane({ conversationId }: { conversationId: string }) {
  const conversation = useSummary(conversationId);
  const isGone = useChatState((state) => state.gone.has(conversationId));
  if (conversation === undefined) return <NotThere isGone={isGone} />;
  return <OpenConversation conversation={conversation} />;
}

function OpenConversation({ conversation }: { conversation: ConversationSummary }) {
  const { store } = useChatSession();
  const title = useTitle(conversation);
  const [text, setText] = useDraft(conversation.id);
  const edit = (content: string) => {
    setText(text.trim() === '' ? content : `${text}\n${content}`);
    document.getElementById('composer')?.focus();
  };
  return (
    <main className="pane pane-main" aria-label={title}>
      <ConversationHeader conversation={conversation} />
      <ConnectionBanner />
      <div className={conversation.type === 'direct' ? 'log is-direct' : 'log'}>
        <LogOrWhyNot conversation={conversation} title={title} onEdit={edit} />
      </div>
      <Composer
        name={title}
        text={text}
        onText={setText}
        onSend={(content) => store.sending.send(conversation.id, content)}
      />
    </main>
  );
}

interface LogProps {
  readonly conversation: ConversationSummary;
  readonly title: string;
  readonly onEdit: (content: string) => void;
}

function LogOrWhyNot({ conversation, title, onEdit }: LogProps) {
  const { status, items } = useWindow(conversation.id);
  const hasPending = usePending(conversation.id).length > 0;
  const { history } = useChatSession().store;
  if (items.length > 0 || hasPending)
    return <MessageLog conversation={conversation} title={title} onEdit={onEdit} />;
  if (status === 'waiting') return null;
  return (
    <div className="log-empty">
      {status === 'ready' ? (
        <SayHello conversation={conversation} />
      ) : (
        <NothingKept>
          <button
            type="button"
            className="button secondary"
            onClick={() => void history.loadLatest(conversation.id)}
          >
            Try again
          </button>
        </NothingKept>
      )}
    </div>
  );
}

function NothingKept({ children }: { children?: ReactNode }) {
  return (
    <EmptyNote
      icon="offline"
      title="Nothing kept on this device"
      text="Connect once and this conversation shows its messages."
    >
      {children}
    </EmptyNote>
  );
}

function NotThere({ isGone }: { isGone: boolean }) {
  const isOutOfReach = useChatState((state) => state.list.status === 'failed');
  return (
    <main className="pane pane-main">
      <ConnectionBanner />
      <div className="log-empty">
        {isGone && (
          <EmptyNote icon="chats" title="The conversation is gone" text="Or you are not in it any more.">
            <a className="button secondary" href={listHref}>
              Back to conversations
            </a>
          </EmptyNote>
        )}
        {!isGone && isOutOfReach && <NothingKept />}
      </div>
    </main>
  );
}
