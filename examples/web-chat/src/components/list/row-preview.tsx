import type { ConversationSummary } from '@parley/client-sdk';
import type { ReactNode } from 'react';
import { useChatState } from '../../hooks/store-context.js';
import { usePending } from '../../hooks/use-conversation.js';
import { useDelayed } from '../../hooks/use-delayed.js';
import { useMeId, useUser } from '../../hooks/use-people.js';
import { Icon } from '../shared/icon.js';

const waitingAfterMs = 400;

/** The second line of a row. Waiting beats failed beats draft beats the latest message. */
export function RowPreview({ conversation }: { conversation: ConversationSummary }) {
  const pending = usePending(conversation.id);
  const draft = useChatState((state) => state.drafts.get(conversation.id));
  const failed = pending.findLast(({ delivery }) => delivery.status === 'failed');
  const waiting = pending.findLast(({ delivery }) => delivery.status === 'waiting');
  const isLate = useDelayed(waiting !== undefined, waitingAfterMs);
  if (waiting !== undefined && isLate)
    return (
      <Line>
        <Icon name="clock" isSmall />
        Waiting to send: <bdi>{waiting.content}</bdi>
      </Line>
    );
  if (failed !== undefined)
    return (
      <Line isFailed>
        <b>Not sent:</b> <bdi>{failed.content}</bdi>
      </Line>
    );
  if (draft !== undefined)
    return (
      <Line>
        <b>Draft:</b> <bdi>{draft}</bdi>
      </Line>
    );
  const own = waiting ?? pending.at(-1);
  if (own !== undefined) return <OwnLine content={own.content} />;
  return <LatestMessage conversation={conversation} />;
}

function LatestMessage({ conversation }: { conversation: ConversationSummary }) {
  const message = conversation.lastMessage;
  const meId = useMeId();
  const sender = useUser(message?.senderId);
  if (message === null) return <Line>No messages yet</Line>;
  const words = message.deletedAt === null ? message.content : 'Message deleted';
  if (message.senderId === meId) return <OwnLine content={words} />;
  if (conversation.type === 'direct') return <Line>{words}</Line>;
  const name = sender?.displayName.split(' ')[0];
  return (
    <Line>
      {name !== undefined && (
        <>
          <bdi>{name}</bdi>:{' '}
        </>
      )}
      <bdi>{words}</bdi>
    </Line>
  );
}

function OwnLine({ content }: { content: string }) {
  return (
    <Line>
      You: <bdi>{content}</bdi>
    </Line>
  );
}

function Line({ isFailed = false, children }: { isFailed?: boolean; children: ReactNode }) {
  return (
    <span className={isFailed ? 'row-preview truncate is-failed' : 'row-preview truncate'}>{children}</span>
  );
}
