import { memo } from 'react';
import { useChatSession } from '../../hooks/store-context.js';
import { useUser } from '../../hooks/use-people.js';
import type { MessageRow } from '../../store/log-rows.js';
import { hueOf } from '../../text/names.js';
import { clockTime } from '../../text/times.js';
import { Icon } from '../shared/icon.js';
import { Portrait } from '../shared/portrait.js';
import { type MessageActions, MessageStatus, useIsLate } from './message-status.js';

export interface MessageItemProps {
  readonly row: MessageRow;
  readonly conversationId: string;
  /** In a direct conversation nobody has a head or a portrait. */
  readonly isDirect: boolean;
  /** This message is where the Tab key lands. */
  readonly isStop: boolean;
  readonly onEdit: (content: string) => void;
}

export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { row, isDirect, isStop } = props;
  const sender = useUser(row.senderId);
  const isLate = useIsLate(row);
  const actions = useActions(props);
  const hasHead = row.isFirst && !row.isOwn && !isDirect;
  const hasFoot = row.delivery.status === 'failed' || (row.isTail && (row.isOwn || isDirect));
  const name = row.isOwn ? 'You' : (sender?.displayName ?? '…');
  return (
    <article className={classOf(row)} aria-label={labelOf(row, name)} tabIndex={isStop ? 0 : -1}>
      {hasHead && <Portrait user={sender} size="s32" />}
      <div className="msg-body">
        {hasHead && (
          <header className="msg-head">
            <bdi className={`msg-name truncate name-${hueOf(row.senderId)}`}>{name}</bdi>
            <time dateTime={row.at}>{clockTime(row.at)}</time>
          </header>
        )}
        {row.change === 'deleted' ? (
          <p className="bubble is-deleted">
            <Icon name="trash" isSmall />
            Message deleted
          </p>
        ) : (
          <p className={bubbleClassOf(row, isLate)} dir="auto">
            {row.content}
            {row.change === 'edited' && <span className="edited">edited</span>}
          </p>
        )}
        {hasFoot && <MessageStatus row={row} isLate={isLate} actions={actions} />}
      </div>
    </article>
  );
});

function useActions({ row, conversationId, onEdit }: MessageItemProps): MessageActions {
  const { sending } = useChatSession().store;
  return {
    onRetry: () => sending.retry(conversationId, row.key),
    onDelete: () => sending.discard(conversationId, row.key),
    onEdit: () => {
      sending.discard(conversationId, row.key);
      onEdit(row.content);
    },
  };
}

function classOf({ isOwn, isFirst, isTail }: MessageRow): string {
  return ['msg', isOwn && 'own', !isFirst && 'cont', isTail && 'tail'].filter(Boolean).join(' ');
}

function bubbleClassOf({ delivery }: MessageRow, isLate: boolean): string {
  if (delivery.status === 'failed') return 'bubble is-failed';
  return delivery.status === 'waiting' && isLate ? 'bubble is-pending' : 'bubble';
}

const spoken = { waiting: ', waiting to send', failed: ', not sent', sent: '', received: '' } as const;

function labelOf({ at, content, delivery, change }: MessageRow, name: string): string {
  const words = change === 'deleted' ? 'message deleted' : content;
  return `${name}, ${clockTime(at)}, ${words}${change === 'edited' ? ', edited' : ''}${spoken[delivery.status]}`;
}
