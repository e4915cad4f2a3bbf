import { useChatSession, useChatState } from '../../hooks/store-context.js';
import { useNow } from '../../hooks/use-now.js';
import { EmptyNote } from '../shared/empty-note.js';
import { ConversationRow } from './conversation-row.js';
import { ListBones } from './list-bones.js';
import { useListKeys } from './use-list-keys.js';

const minuteMs = 60_000;

export interface ConversationListProps {
  readonly openId: string | undefined;
  readonly onNew: () => void;
}

/** One stop for the Tab key; the arrows walk. */
export function ConversationList({ openId, onNew }: ConversationListProps) {
  const order = useChatState((state) => state.order);
  const list = useChatState((state) => state.list);
  const { store } = useChatSession();
  const now = useNow(minuteMs);
  const keys = useListKeys();
  if (order.length === 0) return <EmptyList status={list.status} onNew={onNew} />;
  const stop = openId !== undefined && order.includes(openId) ? openId : order[0];
  return (
    <div className="list-scroll">
      <ul onKeyDown={keys}>
        {order.map((id) => (
          <ConversationRow key={id} id={id} isOpen={id === openId} isStop={id === stop} now={now} />
        ))}
      </ul>
      {list.nextCursor !== undefined && (
        <button
          type="button"
          className="button quiet"
          disabled={list.isLoadingMore}
          onClick={() => void store.list.loadMore()}
        >
          Load more
        </button>
      )}
    </div>
  );
}

function EmptyList({ status, onNew }: { status: 'waiting' | 'ready' | 'failed'; onNew: () => void }) {
  const { store } = useChatSession();
  if (status === 'waiting') return <ListBones />;
  return (
    <div className="list-scroll">
      {status === 'ready' ? (
        <EmptyNote icon="chats" title="No conversations yet" text="Start one with a person or a group.">
          <button type="button" className="button primary" onClick={onNew}>
            Start a conversation
          </button>
        </EmptyNote>
      ) : (
        <EmptyNote icon="offline" title="The list could not be loaded" text="Check the connection.">
          <button type="button" className="button secondary" onClick={() => void store.list.refresh()}>
            Try again
          </button>
        </EmptyNote>
      )}
    </div>
  );
}
