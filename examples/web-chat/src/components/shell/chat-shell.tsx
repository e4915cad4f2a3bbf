import type { Me } from '@parley/client-sdk';
import { useEffect, useState } from 'react';
import { useChatSession } from '../../hooks/store-context.js';
import { openConversation, useOpenConversationId } from '../../hooks/use-route.js';
import { ConversationPane } from '../conversation/conversation-pane.js';
import { ConversationList } from '../list/conversation-list.js';
import { NewConversationDialog } from '../new-conversation/new-conversation-dialog.js';
import { EmptyNote } from '../shared/empty-note.js';
import { Icon } from '../shared/icon.js';
import { ConnectionBanner } from './connection-banner.js';
import { MeBar } from './me-bar.js';
import { useAnnouncements } from './use-announcements.js';

/** The panes: list and conversation side by side, on a phone one at a time. */
export function ChatShell({ me }: { me: Me }) {
  const openId = useOpenConversationId();
  const [isCreating, setCreating] = useState(false);
  const { store } = useChatSession();
  const startNew = () => setCreating(true);
  useEffect(() => store.open(openId), [store, openId]);
  useAnnouncements(openId);
  return (
    <div className="app" data-pane={openId === undefined ? 'list' : 'conversation'}>
      {openId !== undefined && (
        <button type="button" className="skip-link" onClick={focusComposer}>
          Skip to composer
        </button>
      )}
      <nav className="pane pane-list" aria-label="Conversations">
        <header className="bar plain">
          <h1 className="bar-title grow">Chats</h1>
          <button type="button" className="icon-button" aria-label="New conversation" onClick={startNew}>
            <Icon name="compose" />
          </button>
        </header>
        {openId === undefined && <ConnectionBanner />}
        <ConversationList openId={openId} onNew={startNew} />
        <MeBar me={me} />
      </nav>
      {openId === undefined ? <NothingOpen /> : <ConversationPane key={openId} conversationId={openId} />}
      {isCreating && (
        <NewConversationDialog
          onClose={() => setCreating(false)}
          onCreated={(id) => {
            setCreating(false);
            openConversation(id);
          }}
        />
      )}
    </div>
  );
}

function NothingOpen() {
  return (
    <main className="pane pane-main">
      <ConnectionBanner />
      <div className="log-empty">
        <EmptyNote
          icon="chats"
          title="Choose a conversation"
          text="Or start a new one with a person or a group."
        />
      </div>
    </main>
  );
}

function focusComposer(): void {
  document.getElementById('composer')?.focus();
}
