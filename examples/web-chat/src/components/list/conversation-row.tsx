import type { ConversationSummary } from '@parley/client-sdk';
import { memo } from 'react';
import { usePending, useSummary } from '../../hooks/use-conversation.js';
import { useTitle } from '../../hooks/use-people.js';
import { conversationHref } from '../../hooks/use-route.js';
import { listTime } from '../../text/times.js';
import { ConversationPicture } from '../shared/portrait.js';
import { RowPreview } from './row-preview.js';

export interface ConversationRowProps {
  readonly id: string;
  readonly isOpen: boolean;
  /** This row is where the Tab key lands. */
  readonly isStop: boolean;
  readonly now: Date;
}

export const ConversationRow = memo(function ConversationRow({ id, ...rest }: ConversationRowProps) {
  const conversation = useSummary(id);
  return conversation === undefined ? null : <Row conversation={conversation} {...rest} />;
});

type RowProps = Omit<ConversationRowProps, 'id'> & { readonly conversation: ConversationSummary };

function Row({ conversation, isOpen, isStop, now }: RowProps) {
  const title = useTitle(conversation);
  const hasFailed = usePending(conversation.id).some(({ delivery }) => delivery.status === 'failed');
  const at = conversation.lastActivityAt;
  return (
    <li aria-label={title}>
      <a
        className="row"
        href={conversationHref(conversation.id)}
        aria-current={isOpen ? 'page' : undefined}
        tabIndex={isStop ? 0 : -1}
      >
        <ConversationPicture conversation={conversation} title={title} />
        <span className="row-main">
          <span className="row-line">
            <bdi className="row-name truncate">{title}</bdi>
            <time dateTime={at}>{listTime(at, now)}</time>
          </span>
          <span className="row-line">
            <RowPreview conversation={conversation} />
            {hasFailed && (
              <span className="badge failed" aria-hidden="true">
                !
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}
